"""forge.py HAND-OVER OWN: a state with one byte altered, one cut short, the confidential one with the word and a checksum of
one made for hand-over, and one that says a threshold above what it holds."""
import hashlib
import struct
import sys

made, own = (open(path, "rb").read() for path in sys.argv[1:])
HEAD, HASH = 8 + 4, 64


def sealed(content):
    body = made[:HEAD] + struct.pack("<Q", 8) + b"estimate" + struct.pack("<Q", len(content)) + content
    return body + hashlib.sha256(body).hexdigest().encode()


def content_of(state):
    at = HEAD + 8 + 8
    return state[at + 8 : at + 8 + struct.unpack("<Q", state[at : at + 8])[0]]


def word(text):
    return struct.pack("<Q", len(text)) + text


half = len(made) // 2
assert sealed(content_of(made)) == made
open("altered.st", "wb").write(made[:half] + bytes([made[half] ^ 1]) + made[half + 1 :])
open("cut.st", "wb").write(made[:half])
open("forged.st", "wb").write(sealed(word(b"hand-over") + content_of(own)[8 + len(b"confidential") :]))
threshold = 8 + len(b"hand-over")
content = content_of(made)
open("small.st", "wb").write(sealed(content[:threshold] + struct.pack("<d", 50.0) + content[threshold + 8 :]))
