"""liverec: is the recording command of a live-streaming service kept, exactly?"""

__version__ = "0.1.0"
