import FuzzSupport
import IDXFormat
import TensorIO

/// An accepted IDX file, plain or gzip-compressed, contains exactly the bytes that its header declares. Its
/// conversion succeeds or is rejected.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let reader = try IDXReader(file.path)
    precondition(
      reader.header.dimensions.reduce(1, *) * reader.header.type.byteCount
        == reader.header.byteCount)
    var buffer = [UInt8](repeating: 0, count: 4096)
    var total = 0
    while true {
      let byteCount = try reader.read(into: &buffer)
      if byteCount == 0 { break }
      total += byteCount
    }
    precondition(total == reader.header.byteCount)
    var conversion = IDXConversion()
    conversion.orientation.transpose = true
    // As images with other values, and as images and labels.
    conversion.range = -1...1
    _ = try conversion.run(images: file.path, labels: nil, to: OutputFile("/dev/null"))
    conversion.range = nil
    _ = try conversion.run(images: file.path, labels: file.path, to: OutputFile("/dev/null"))
  }
}
