"""The desk's SQL, by noun. Works in the caller's transaction and never commits; seals what only a key may open."""
