import CZlib
import FuzzSupport
import PNGFormat
import TensorIO

/// A PNG file that is accepted, its checksums put right before, gives a picture of the size that its
/// header announces, and at any other size one of that.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    var bytes = file.bytes()
    rightChecksums(&bytes)
    let isGray = count % 2 == 0
    let bitmap = try decodePNG(bytes, isGray: isGray, over: .black, path: file.path)
    let size = bytes[16..<24].reduce(0) { $0 << 8 | Int($1) }
    precondition(bitmap.width == size >> 32 && bitmap.height == size & 0xFFFF_FFFF)
    precondition(bitmap.pixels.count == bitmap.width * bitmap.height * (isGray ? 1 : 3))
  }
}

/// No fuzzer finds a CRC-32, so those of the chunks are computed.
private func rightChecksums(_ bytes: inout [UInt8]) {
  var place = 8
  while bytes.count - place >= 12 {
    let count = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count - place - 12 >= count else { return }
    let end = place + 8 + count
    let body = Array(bytes[place + 4..<end])
    let sum = crc32_z(0, body, body.count)
    for index in 0..<4 { bytes[end + index] = UInt8(sum >> (24 - 8 * index) & 255) }
    place = end + 4
  }
}
