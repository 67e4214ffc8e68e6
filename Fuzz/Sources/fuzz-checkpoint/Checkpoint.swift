import Engine
import FuzzSupport
import TensorIO
import WGAN

/// An accepted checkpoint has a valid configuration and can be written again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let state = try TrainingState(TensorFile(file.path))
    precondition(state.configuration.validationError == nil)
    do { try state.write(to: OutputFile("/dev/null")) } catch { preconditionFailure("\(error)") }
  }
}
