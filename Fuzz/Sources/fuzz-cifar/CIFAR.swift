import FuzzSupport
import IDXFormat
import TensorIO

/// An accepted CIFAR file or archive gives a valid tensor file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    _ = try CIFARConversion().run([file.path], to: OutputFile("/dev/null"))
  }
}
