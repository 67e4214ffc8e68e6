import CZlib
import FuzzSupport
import ImageFormat
import TensorIO

/// An accepted PNG file gives an image of the size that its header declares. The checksums are
/// corrected first.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    var bytes = file.bytes()
    correctChecksums(&bytes)
    let channels = 1 + count % 4
    let range = count % 3 == 0 ? SampleRange("9,200") : nil
    let bitmap = try decodeImage(
      bytes, channels: channels, over: .black, range: range, path: file.path
    ).bitmap
    // A JPEG file is possible too.
    guard bytes.first == 0x89 else { return }
    // The EXIF orientation may swap the sides.
    let size = bytes[16..<24].reduce(0) { $0 << 8 | Int($1) }
    precondition(Set([bitmap.width, bitmap.height]) == Set([size >> 32, size & 0xFFFF_FFFF]))
    precondition(bitmap.pixels.count == bitmap.width * bitmap.height * channels)
  }
}

/// Computes the CRC-32 of each chunk, because a fuzzer cannot guess it.
private func correctChecksums(_ bytes: inout [UInt8]) {
  var offset = 8
  while bytes.count - offset >= 12 {
    let count = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count - offset - 12 >= count else { return }
    let end = offset + 8 + count
    let body = Array(bytes[offset + 4..<end])
    let sum = crc32_z(0, body, body.count)
    for index in 0..<4 { bytes[end + index] = UInt8(sum >> (24 - 8 * index) & 255) }
    offset = end + 4
  }
}
