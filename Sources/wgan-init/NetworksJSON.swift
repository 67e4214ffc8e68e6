import Engine
import TensorIO
import WGAN

extension TrainingConfiguration {
  /// The resolved layers of both networks: docs/NETWORKS.md defines the members.
  func networksJSON() throws(ShapeError) -> JSONValue {
    let networks = try resolvedNetworks()
    return [
      "generator": .array(networks.generator.map(\.json)),
      "critic": .array(networks.critic.map(\.json)),
    ]
  }
}

extension ResolvedLayer {
  fileprivate var json: JSONValue {
    let text = spec.description
    let shapes: [(name: String, value: JSONValue)] = [
      ("index", .integer(index)), ("layer", .string(String(text.prefix { $0 != " " }))),
      ("text", .string(text)), ("input", Self.json(input)), ("output", Self.json(output)),
    ]
    let tensors: [(name: String, value: JSONValue)] = [
      ("parameters", Self.json(parameters)), ("buffers", Self.json(buffers)),
    ]
    return .object(shapes + options + tensors)
  }

  private static func json(_ sizes: [Int]) -> JSONValue { .array(sizes.map(JSONValue.integer)) }

  private static func json(_ tensors: [Network.Tensor]) -> JSONValue {
    .object(tensors.map { ($0.name, json($0.parameter.shape)) })
  }

  /// The members of this kind of layer.
  private var options: [(name: String, value: JSONValue)] {
    let padding = JSONValue.array(padding.map(Self.json))
    switch spec {
    case .dense(let outputs, let bias):
      return [("outputs", .integer(outputs)), ("bias", .boolean(bias))]
    case .convolution(let channels, let kernel, let stride, _, let bias):
      return [
        ("channels", .integer(channels)), ("kernel", .integer(kernel)),
        ("stride", .integer(stride)), ("padding", padding), ("bias", .boolean(bias)),
      ]
    case .transposedConvolution(let channels, let kernel, let stride, _, let extra, let bias):
      return [
        ("channels", .integer(channels)), ("kernel", .integer(kernel)),
        ("stride", .integer(stride)), ("padding", padding), ("output_padding", .integer(extra)),
        ("bias", .boolean(bias)),
      ]
    case .upsample(let factor): return [("factor", .integer(factor))]
    case .batchNorm(let epsilon, let momentum):
      return [("epsilon", .number(epsilon)), ("momentum", .number(momentum))]
    case .layerNorm(let epsilon): return [("epsilon", .number(epsilon))]
    case .dropout(let probability):
      return [
        ("probability", .number(probability)), ("mask_layout", Self.json(maskLayout ?? output)),
      ]
    case .zeroPad(let margin), .crop(let margin): return [("margin", .integer(margin))]
    case .meanPool(let size): return [("size", .integer(size))]
    case .leakyReLU(0): return []
    case .leakyReLU(let slope): return [("slope", .number(slope))]
    case .reshape, .flatten, .tanh, .sigmoid, .residual, .shortcut, .add: return []
    }
  }
}
