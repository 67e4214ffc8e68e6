import FuzzSupport
import IDXFormat
import TensorIO

/// An IDX file that is accepted, plain or gzipped, gives just the bytes that its header announces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let reader = try IDXReader(file.path)
    precondition(reader.header.dimensions.reduce(1, *) == reader.header.byteCount)
    var buffer = [UInt8](repeating: 0, count: 4096)
    var total = 0
    while true {
      let got = try reader.read(into: &buffer)
      if got == 0 { break }
      total += got
    }
    precondition(total == reader.header.byteCount)
  }
}
