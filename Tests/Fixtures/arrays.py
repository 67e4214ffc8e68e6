"""Writes files of NumPy and safetensors with Python alone, for the tests."""
import itertools
import json
import struct

LETTERS = {"u1": "B", "i1": "b", "b1": "?", "u2": "H", "i2": "h", "u4": "I", "i4": "i", "u8": "Q", "i8": "q",
           "f2": "e", "f4": "f", "f8": "d"}


def pixels(count):
    return [i * 89 % 241 for i in range(count)]


def npy(values, shape, descr="|u1", fortran=False, version=1):
    """The bytes of a .npy file; `values` are in row-major order."""
    if fortran:
        strides = [1]
        for size in reversed(shape[1:]):
            strides.insert(0, strides[0] * size)
        axes = [range(0, size * stride, stride) for size, stride in zip(shape, strides)]
        values = [values[sum(index)] for index in itertools.product(*reversed(axes))]
    text = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {tuple(shape)}, }}"
    head = b"\x93NUMPY" + bytes([version, 0])
    size = 2 if version == 1 else 4
    text += " " * (-(len(head) + size + len(text) + 1) % 64) + "\n"
    order = descr[0] if descr[0] in "<>" else "<"
    data = struct.pack(f"{order}{len(values)}{LETTERS[descr.lstrip('<>|=')]}", *values)
    return head + struct.pack("<H" if size == 2 else "<I", len(text)) + text.encode() + data


def safetensors(path, tensors, metadata=None):
    """Writes a file; each tensor is a type, a shape and bytes."""
    header, data = {} if metadata is None else {"__metadata__": metadata}, b""
    for name, (dtype, shape, values) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


def read(path):
    """The metadata and the tensors of a file, as `safetensors` takes them."""
    file = open(path, "rb").read()
    length, = struct.unpack_from("<Q", file)
    header, data = json.loads(file[8:8 + length]), file[8 + length:]
    metadata = header.pop("__metadata__", {})
    return metadata, {name: (t["dtype"], t["shape"], data[slice(*t["data_offsets"])]) for name, t in header.items()}
