#!/usr/bin/env python3
"""Writes the array files of the tests with NumPy itself: good ones beside this script, bad ones with the message that
they deserve into ../bad_input. Needs python3-numpy; the files are kept, so that the tests do not."""

import io
import struct
import warnings
import zipfile
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parent
BAD = HERE.parent / "bad_input"

TEACHER = numpy.array([[1, -2.5], [0.1, 65504], [2.0**-24, -0.0]])
STUDENT = numpy.array([[0.5, 0.25], [-1, 3], [0, 0], [1, 1]])


def npy(array, version=(1, 0)):
    out = io.BytesIO()
    numpy.lib.format.write_array(out, array, version=version)
    return out.getvalue()


def raw(header, data=b"", version=b"\x01\x00"):
    """A .npy file with this text as its header."""
    text = header.encode() + b"\n"
    length = struct.pack("<H" if version[0] == 1 else "<I", len(text))
    return b"\x93NUMPY" + version + length + text + data


def npz(members, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, compression)
    return out.getvalue()


def good():
    for kind in ("f8", "f4", "f2"):
        for order, mark in (("little", "<"), ("big", ">")):
            array = TEACHER.astype(mark + kind)
            yield f"{kind}_{order}.npy", npy(array)
            yield f"{kind}_{order}_fortran.npy", npy(numpy.asfortranarray(array))
    yield "version_2.npy", npy(TEACHER, (2, 0))
    yield "version_3.npy", npy(TEACHER, (3, 0))
    yield "student.npy", npy(STUDENT)
    pair = [("teacher.npy", npy(TEACHER)), ("student.npy", npy(numpy.asfortranarray(STUDENT).astype("f4")))]
    yield "stored.npz", npz(pair)
    yield "compressed.npz", npz(pair, zipfile.ZIP_DEFLATED)
    yield "teacher_only.npz", npz(pair[:1])
    out = io.BytesIO()
    numpy.savez_compressed(out, teacher=TEACHER, student=STUDENT)
    yield "savez_compressed.npz", out.getvalue()


def bad():
    floats = "not float16, float32 or float64; save array.astype(numpy.float64)"
    for name, array in (("int64", TEACHER.astype("i8")), ("bool", TEACHER > 0), ("complex", TEACHER.astype("c16")),
                        ("longdouble", TEACHER.astype("g")), ("uint8", TEACHER.astype("u1"))):
        yield f"{name}.npy", npy(array), floats
    with io.BytesIO() as out:
        numpy.save(out, TEACHER.astype("O"), allow_pickle=True)
        yield "object.npy", out.getvalue(), floats
    yield "structured.npy", npy(numpy.zeros(3, "f8,f4")), "a structured array is no matrix"
    yield "one_dimension.npy", npy(TEACHER[0]), "use array.reshape(1, -1) for one neuron"
    yield "no_dimension.npy", npy(numpy.array(1.0)), "the array has 0 dimensions; it needs 2"
    yield "three_dimensions.npy", npy(TEACHER.reshape(1, 3, 2)), "the array has 3 dimensions; it needs 2"
    yield "no_rows.npy", npy(TEACHER[:0]), "the array is empty"
    yield "no_columns.npy", npy(TEACHER[:, :0]), "the array is empty"
    with_nan = TEACHER.copy()
    with_nan[2, 1] = numpy.nan
    yield "nan.npy", npy(with_nan), "the entry [2, 1] is nan; every weight must be finite"
    with_infinity = TEACHER.astype("f4")
    with_infinity[1, 0] = -numpy.inf
    yield "infinity.npy", npy(numpy.asfortranarray(with_infinity)), "the entry [1, 0] is infinite"
    yield "infinity_half.npy", npy(with_infinity.astype("f2")), "the entry [1, 0] is infinite"
    yield "nan_half.npy", npy(with_nan.astype("f2")), "the entry [2, 1] is nan"
    whole = npy(TEACHER)
    yield "no_bytes.npy", b"", "is empty"
    yield "cut_in_magic.npy", whole[:5], "is not a .npy file"
    yield "cut_in_header.npy", whole[:40], "the .npy header is cut short"
    yield "cut_in_data.npy", whole[:-3], "is cut short: 45 bytes of data, the shape needs 48"
    yield "no_data.npy", whole[:128], "is cut short: 0 bytes of data, the shape needs 48"
    yield "trailing_bytes.npy", whole + b"\0", "bytes follow the data that the shape announces"
    yield "json_text.npy", b'{"format": "lojacert-instance/1"}', "is not a .npy file"
    yield "version_4.npy", raw("{}", version=b"\x04\x00"), "its .npy version is not 1.0, 2.0 or 3.0"
    yield "version_1_1.npy", raw("{}", version=b"\x01\x01"), "its .npy version is not"
    yield "long_header.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1), "the .npy header is longer than 65535 bytes"

    def header(shape, descr="'<f8'", order="False", more=""):
        return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, {more}}}"

    yield "absurd_shape.npy", raw(header("(1000000000, 1000000000)")), "the shape 1000000000 x 1000000000 is absurd"
    yield "large_shape.npy", raw(header("(1000000, 10000000)")), "is cut short: 0 bytes of data, the shape needs 80000000000000"
    yield "large_shape_fortran.npy", raw(header("(1000000, 10000000)", order="True")), "is cut short: 0 bytes"
    yield "overflowing_shape.npy", raw(header("(99999999999999999999, 1)")), "a dimension is too large"
    yield "negative_shape.npy", raw(header("(-1, 1)")), "a dimension is not a number"
    yield "list_shape.npy", raw(header("[1, 1]")), "broken .npy header: expected '('"
    yield "unknown_header_key.npy", raw(header("(1, 1)", more="'x': 1")), 'broken .npy header: unknown key "x"'
    yield "twice_in_header.npy", raw(header("(1, 1)", more="'shape': (1, 1)")), "broken .npy header: the key shape stands twice"
    yield "no_shape.npy", raw("{'descr': '<f8', 'fortran_order': False}"), "it needs descr, fortran_order and shape"
    yield "order_number.npy", raw(header("(1, 1)", order="0")), "fortran_order is neither True nor False"
    yield "code_in_header.npy", raw("__import__('os')"), "broken .npy header: expected '{'"
    yield "open_string.npy", raw("{'descr"), "a quotation mark is not closed"
    yield "text_after_header.npy", raw(header("(1, 1)") + " x"), "text follows the dictionary"
    yield "no_byte_order.npy", raw(header("(1, 1)", descr="'f8'")), 'of type "f8"'
    yield "native_order.npy", raw(header("(1, 1)", descr="'=f8'")), 'of type "=f8"'

    teacher = ("teacher.npy", whole)
    yield "positional.npz", npz([("arr_0.npy", whole)]), 'the array "arr_0" is unknown; save with numpy.savez(path, teacher=..., student=...)'
    yield "unknown_array.npz", npz([teacher, ("bias.npy", whole)]), 'the array "bias" is unknown'
    yield "no_teacher.npz", npz([("student.npy", whole)]), "the array teacher is missing"
    yield "no_arrays.npz", npz([]), "the array teacher is missing"
    yield "path_in_archive.npz", npz([teacher, ("../student.npy", whole)]), 'the array "../student" is unknown'
    yield "text_in_archive.npz", npz([("teacher.npy", b"hello, world")]), "teacher: is not a .npy file"
    yield "nan_in_archive.npz", npz([teacher, ("student.npy", npy(with_nan))]), "student: the entry [2, 1] is nan"
    yield "transposed.npz", npz([teacher, ("student.npy", npy(TEACHER.T))]), "it looks transposed: rows are neurons, PyTorch's (out, in); try .T"
    yield "transposed_2.npz", npz([teacher, ("student.npy", npy(numpy.ones((3, 7))))]), "try .T"
    yield "other_d.npz", npz([teacher, ("student.npy", npy(numpy.ones((4, 5))))]), "its rows have 5 entries, the teacher's 2"
    archive = npz([teacher])
    at = archive.index(TEACHER.tobytes())
    yield "damaged.npz", archive[:at] + b"\x01" + archive[at + 1:], "teacher: cannot be unpacked: CRC error"
    yield "cut_archive.npz", archive[:-30], "cannot be opened as a .npz file"
    yield "no_archive.npz", b"PK\x03\x04 this is not an archive", "cannot be opened as a .npz file"
    bomb = raw(header("(2, 1)"), bytes(10_000_000))
    yield "bomb.npz", npz([("teacher.npy", bomb)], zipfile.ZIP_DEFLATED), "teacher: bytes follow the data that the shape announces"
    bomb = raw(header("(100000, 100000)"), bytes(1_000_000))
    yield "false_shape.npz", npz([("teacher.npy", bomb)], zipfile.ZIP_DEFLATED), "teacher: is cut short: 1000000 bytes of data"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield "twice.npz", npz([teacher, teacher]), 'the array "teacher.npy" stands twice'


def main():
    for name, content in good():
        (HERE / name).write_bytes(content)
    for name, content, message in bad():
        (BAD / name).write_bytes(content)
        (BAD / f"{name}.message").write_text(message + "\n")


if __name__ == "__main__":
    main()
