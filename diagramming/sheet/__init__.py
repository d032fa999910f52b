"""The sheet (現場圖): a scene at true scale on paper, as SVG, PDF, PNG and DXF."""
