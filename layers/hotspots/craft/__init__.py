"""The craft of hotspots: surfaces, forecasts and how good they are. Arrays in, arrays out; knows no database."""
