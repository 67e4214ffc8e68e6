import FuzzSupport
import TensorIO

/// An accepted tensor file contains all bytes that its header declares.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let tensors = try TensorFile(file.path)
    var total = 0
    for entry in tensors.header.entries {
      let bytes = tensors.bytes(of: entry.name)
      precondition(bytes?.count == entry.byteCount && tensors.header[entry.name] == entry)
      precondition(entry.shape.reduce(1, *) == entry.elementCount)
      _ = bytes?.reduce(0, &+)
      total += entry.byteCount
    }
    precondition(total == tensors.header.dataByteCount && total < count)
  }
}
