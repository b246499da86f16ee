"""marker: finds, maps, stamps and numbers classification markings under a bilateral agreement."""

__version__ = "0.1.0"
