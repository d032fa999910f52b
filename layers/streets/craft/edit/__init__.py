"""What may be done to street parameters, as pure functions: merging, describing and the operations of the editor."""
