"""The stations of the floor: a scan comes in, an answer in green or red goes out, each once."""
