"""The spatial layers of Antu: the registry in which they are declared, and one package a theme."""
