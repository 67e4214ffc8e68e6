import Engine
import FuzzSupport
import TensorIO
import WGAN

/// An accepted checkpoint has a valid configuration and can be written again, and so can its generator.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let tensors = try TensorFile(file.path)
    let generator = try Generator(tensors)
    do { try generator.write(to: OutputFile("/dev/null")) } catch {
      preconditionFailure("\(error)")
    }
    let state = try TrainingState(tensors)
    precondition(state.configuration.validationError == nil)
    do { try state.write(to: OutputFile("/dev/null")) } catch { preconditionFailure("\(error)") }
  }
}
