import Engine
import FuzzSupport
import TensorIO
import WGAN

nonisolated(unsafe) private var configuration = try? Preset("mlp-gp")?.configuration(
  image: .mnist, seed: 1)

/// A network that is accepted is printed as a text that means the same, and fits or does not.
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
