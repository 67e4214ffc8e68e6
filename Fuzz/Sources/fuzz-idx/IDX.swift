import FuzzSupport
import IDXFormat
import TensorIO

/// An accepted IDX file, plain or gzip-compressed, contains exactly the bytes that its header declares.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let reader = try IDXReader(file.path)
    precondition(reader.header.dimensions.reduce(1, *) == reader.header.byteCount)
    var buffer = [UInt8](repeating: 0, count: 4096)
    var total = 0
    while true {
      let byteCount = try reader.read(into: &buffer)
      if byteCount == 0 { break }
      total += byteCount
    }
    precondition(total == reader.header.byteCount)
  }
}
