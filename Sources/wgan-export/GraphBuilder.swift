import Engine
import ONNXFormat
import ToolSupport
import WGAN

extension Generator {
  /// The generator as an ONNX model: `latent`, N × latent size, to `images`, N × C × H × W.
  var onnxModel: ONNXModel {
    var builder = GraphBuilder(self)
    for layer in layers { builder.append(layer) }
    return ONNXModel(
      builder.finish(), metadata: [("range", "-1,1"), ("config.generator", "\(architecture)")],
      producer: ("wgan", toolVersion))
  }
}

/// Builds the graph of a generator, layer by layer.
///
/// The value after layer 3 is named `3`, and its tensors as in a checkpoint: `generator.3.weight`.
/// Values have PyTorch's shapes, as in a checkpoint: N for a vector, C × H × W for an image.
struct GraphBuilder {
  private let generator: Generator
  private var graph: ONNXGraph
  /// The output of the last layer.
  private var value: ONNXGraph.Value
  /// The input of the current residual block, and the output of its main path.
  private var block: ONNXGraph.Value?, main: ONNXGraph.Value?

  init(_ generator: Generator) {
    self.generator = generator
    value = ("latent", [generator.latent])
    graph = ONNXGraph("generator", input: value, output: ("images", generator.image.sizes))
  }

  /// Completes the graph.
  mutating func finish() -> ONNXGraph {
    reshape(to: generator.image.sizes, "images")
    // The last node computes the value: only a dropout, which has no node, could follow it.
    graph.nodes[graph.nodes.count - 1].output = graph.output.name
    return graph
  }

  /// Appends the nodes of a layer.
  mutating func append(_ layer: ResolvedLayer) {
    // A residual block, `dense` and spatial layers take the values of a vector as an image, or the reverse.
    var input = layer.input
    if case .dense = layer.spec { input = [input.reduce(1, *)] }
    if layer.spec == .shortcut { (main, value) = (value, block ?? value) }
    reshape(to: input, "\(layer.index).input")
    switch layer.spec {
    case .residual: block = value
    case .shortcut, .dropout: break
    case .add: add(layer)
    case .dense: node("Gemm", layer, parameters(layer), [("transB", .integer(1))])
    case .convolution(_, let kernel, let stride, _, _):
      node("Conv", layer, parameters(layer), window(layer, kernel, stride))
    case .transposedConvolution(_, let kernel, let stride, _, let extra, _):
      node(
        "ConvTranspose", layer, parameters(layer),
        window(layer, kernel, stride) + [
          ("output_padding", .integers(layer.padding.map { _ in extra }))
        ]
      )
    case .upsample(let factor): upsample(layer, by: Float(factor))
    case .batchNorm(let epsilon, _):
      node(
        "BatchNormalization", layer, parameters(layer) + buffers(layer),
        [("epsilon", .float(Float(epsilon)))])
    case .layerNorm(let epsilon): layerNorm(layer, epsilon)
    case .zeroPad(let margin):
      let pads = [0, 0, margin, margin]
      node("Pad", layer, [constant("\(layer.index).pads", pads + pads)])
    case .crop(let margin):
      let bounds = [("starts", margin), ("ends", -margin)].map { name, bound in
        constant("\(layer.index).\(name)", [bound, bound])
      }
      node("Slice", layer, bounds + [constant("\(layer.index).axes", [2, 3])])
    case .meanPool(let size):
      let sizes = ONNXAttribute.integers([size, size])
      node("AveragePool", layer, [], [("kernel_shape", sizes), ("strides", sizes)])
    case .reshape, .flatten: reshape(to: layer.output, "\(layer.index)")
    case .leakyReLU(0): node("Relu", layer)
    case .leakyReLU(let slope): node("LeakyRelu", layer, [], [("alpha", .float(Float(slope)))])
    case .tanh: node("Tanh", layer)
    case .sigmoid: node("Sigmoid", layer)
    }
    value.shape = layer.output
  }

  /// Appends a node that reads the current value and computes the next one.
  private mutating func node(
    _ type: String, _ layer: ResolvedLayer, _ inputs: [String] = [],
    _ attributes: [(name: String, value: ONNXAttribute)] = []
  ) {
    node(type, inputs, attributes, output: "\(layer.index)")
  }

  private mutating func node(
    _ type: String, _ inputs: [String], _ attributes: [(name: String, value: ONNXAttribute)] = [],
    output: String
  ) {
    graph.nodes.append(ONNXNode(type, [value.name] + inputs, output: output, attributes))
    value.name = output
  }

  /// Gives the current value another shape of as many elements.
  private mutating func reshape(to shape: [Int], _ name: String) {
    if value.shape == shape { return }
    // 0 stands for the size of the batch.
    node("Reshape", [constant("\(name).shape", [0] + shape)], output: name)
    value.shape = shape
  }

  /// Adds the output of the main path of a residual block.
  private mutating func add(_ layer: ResolvedLayer) {
    guard let main else { preconditionFailure("a residual block has a main path") }
    let shortcut = value.name
    value = main
    reshape(to: layer.output, "\(layer.index).main")
    node("Add", layer, [shortcut])
    (block, self.main) = (nil, nil)
  }

  private mutating func upsample(_ layer: ResolvedLayer, by factor: Float) {
    let scales = "\(layer.index).scales"
    graph.tensors.append(ONNXTensor(scales, [4], [1, 1, factor, factor]))
    node(
      "Resize", layer, ["", scales],
      [
        ("mode", .text("nearest")), ("nearest_mode", .text("floor")),
        ("coordinate_transformation_mode", .text("asymmetric")),
      ])
  }

  /// Instance norm of a sample as one channel; then a scale and a shift for each channel.
  private mutating func layerNorm(_ layer: ResolvedLayer, _ epsilon: Double) {
    let shape = value.shape
    reshape(to: [1, shape.reduce(1, *)], "\(layer.index).sample")
    graph.tensors += [
      ONNXTensor("\(layer.index).one", [1], [1]), ONNXTensor("\(layer.index).zero", [1], [0]),
    ]
    node(
      "InstanceNormalization", ["\(layer.index).one", "\(layer.index).zero"],
      [("epsilon", .float(Float(epsilon)))], output: "\(layer.index).normal")
    reshape(to: shape, "\(layer.index).normal.image")
    let channels = [shape[0]] + shape.dropFirst().map { _ in 1 }
    let parameters = parameters(layer, shape: channels)
    node("Mul", [parameters[0]], output: "\(layer.index).scaled")
    node("Add", layer, [parameters[1]])
  }

  private func window(
    _ layer: ResolvedLayer, _ kernel: Int, _ stride: Int
  ) -> [(name: String, value: ONNXAttribute)] {
    [
      ("kernel_shape", .integers(layer.padding.map { _ in kernel })),
      ("strides", .integers(layer.padding.map { _ in stride })),
      ("pads", .integers(layer.padding.map { $0[0] } + layer.padding.map { $0[1] })),
    ]
  }

  /// Adds the parameters of a layer, and returns their names.
  private mutating func parameters(_ layer: ResolvedLayer, shape: [Int]? = nil) -> [String] {
    layer.parameters.map { tensor in
      add(tensor, generator.elements(ofParameter: tensor), shape)
    }
  }

  /// Adds the running statistics of a layer, and returns their names.
  private mutating func buffers(_ layer: ResolvedLayer) -> [String] {
    layer.buffers.map { tensor in add(tensor, generator.elements(ofBuffer: tensor)) }
  }

  private mutating func add(
    _ tensor: Network.Tensor, _ elements: [Float], _ shape: [Int]? = nil
  ) -> String {
    let name = "generator.\(tensor.name)"
    graph.tensors.append(ONNXTensor(name, shape ?? tensor.parameter.shape, elements))
    return name
  }

  /// Adds a list of integers, and returns its name.
  private mutating func constant(_ name: String, _ elements: [Int]) -> String {
    graph.tensors.append(ONNXTensor(name, elements))
    return name
  }
}
