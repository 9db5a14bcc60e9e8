"""May we deal with these people: names of our parties held against lists of sanctions."""
