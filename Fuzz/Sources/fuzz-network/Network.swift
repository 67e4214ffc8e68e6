import Engine
import FuzzSupport
import TensorIO
import WGAN

nonisolated(unsafe) private var configuration = try? Preset("mlp-gp")?.configuration(
  image: .mnist, seed: 1)

/// The text form of an accepted network describes the same network. Validation of a configuration
/// with this network does not crash.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let network = try Architecture(contentsOf: file.path)
    precondition(Architecture(network.description) == network, network.description)
    configuration?.generator = network
    _ = configuration?.validationError
    configuration?.critic = network
    _ = configuration?.validationError
  }
}
