"""Files in and out: any vector file becomes rows of a layer, and rows become any file, all from the declaration."""
