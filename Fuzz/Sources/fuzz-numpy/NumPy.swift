import FuzzSupport
import TensorIO

/// Accepted images of a NumPy file, or of a tensor file of another program, have the types that the tools
/// use, and a value for each pixel.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  _ = FuzzedFile.check(start, count) { file throws(FileError) in
    let arrays = try TensorFile.arrays(file.path)
    for entry in arrays.header.entries {
      precondition(arrays.bytes(of: entry.name)?.count == entry.byteCount)
    }
  }
  for isForTraining in [false, true] {
    _ = FuzzedFile.check(start, count) { file throws(FileError) in
      let images = try TensorFile.images(file.path, ImageReading(isForTraining: isForTraining))
      guard let entry = images.header["images"], images.header.metadata["range"] != nil else {
        preconditionFailure()
      }
      precondition(images.bytes(of: "images")?.count == entry.byteCount)
      precondition(images.notes.allSatisfy { $0.utf8.count < 1000 })
    }
  }
  return 0
}
