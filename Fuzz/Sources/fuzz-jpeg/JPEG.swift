import FuzzSupport
import ImageFormat
import TensorIO

/// An accepted JPEG file, with or without EXIF data, gives a complete image.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let bytes = file.bytes()
    let channels = 1 + count % 4
    let range = count % 3 == 0 ? SampleRange("9,200") : nil
    let bitmap = try decodeImage(
      bytes, channels: channels, over: .black, range: range, path: file.path
    ).bitmap
    precondition(1...65500 ~= bitmap.width && 1...65500 ~= bitmap.height)
    precondition(bitmap.pixels.count == bitmap.width * bitmap.height * channels)
  }
}
