import Testing

@testable import Engine
@testable import WGAN

/// The shapes that a network's layers are resolved to.
@Suite struct ResolvedLayerTests {
  static let images = ["1x28x28", "3x32x32"]

  @Test(arguments: Preset.all.map(\.name), images)
  func `the layers of a preset fit one another`(_ preset: String, _ image: String) throws {
    let configuration = try configuration(preset, image)
    let (generator, critic) = try configuration.resolvedNetworks()
    for (layers, first, last) in [
      (generator, [configuration.latent], configuration.image.count),
      (critic, configuration.image.sizes, 1),
    ] {
      #expect(layers.first?.input == first)
      #expect(layers.last?.output.reduce(1, *) == last)
      var (shape, block, sum) = (first, first, first)
      for (index, layer) in layers.enumerated() {
        #expect(layer.index == index)
        switch layer.spec {
        case .residual: block = shape
        case .shortcut: (shape, sum) = (block, shape)
        case .add: #expect(shape == sum)
        default: break
        }
        #expect(layer.input == shape, "\(layer.spec)")
        shape = layer.output
      }
    }
  }

  @Test(arguments: Preset.all.map(\.name), images)
  func `a preset's tensors are those of its networks, and follow from the shapes`(
    _ preset: String, _ image: String
  ) throws {
    let configuration = try configuration(preset, image)
    let resolved = try configuration.resolvedNetworks()
    for (layers, network) in [
      (resolved.generator, configuration.generatorNetwork),
      (resolved.critic, configuration.criticNetwork),
    ] {
      #expect(layers.flatMap(\.parameters).map(\.name) == network.parameters.map(\.name))
      #expect(layers.flatMap(\.buffers).map(\.name) == network.buffers.map(\.name))
      for layer in layers {
        let shapes = (layer.parameters + layer.buffers).map(\.parameter.shape)
        #expect(shapes == expectedShapes(layer), "\(layer.spec)")
      }
    }
  }

  private func configuration(_ preset: String, _ image: String) throws -> TrainingConfiguration {
    try #require(Preset(preset)).configuration(image: #require(Shape(image)), seed: 0)
  }

  private func expectedShapes(_ layer: ResolvedLayer) -> [[Int]] {
    let (input, output) = (layer.input, layer.output)
    switch layer.spec {
    case .dense(_, let bias): return [[output[0], input.reduce(1, *)]] + (bias ? [output] : [])
    case .convolution(_, let kernel, _, _, let bias):
      return [[output[0], input[0], kernel, kernel]] + (bias ? [[output[0]]] : [])
    case .transposedConvolution(_, let kernel, _, _, _, let bias):
      return [[input[0], output[0], kernel, kernel]] + (bias ? [[output[0]]] : [])
    case .batchNorm: return Array(repeating: [input[0]], count: 4)
    case .layerNorm: return Array(repeating: [input[0]], count: 2)
    default: return []
    }
  }

  /// Sizes of PyTorch's documentation: of Conv2d with these zeros, and of ConvTranspose2d.
  @Test(arguments: Preset.all.map(\.name), images)
  func `the padding of a convolution gives its output`(_ preset: String, _ image: String) throws {
    let configuration = try configuration(preset, image)
    let (generator, critic) = try configuration.resolvedNetworks()
    for layer in generator + critic {
      let sizes = zip(layer.input, layer.output).dropFirst()
      switch layer.spec {
      case .convolution(_, let kernel, let stride, let padding, _):
        #expect(layer.padding.count == 2)
        for (size, zeros) in zip(sizes, layer.padding) {
          #expect(size.1 == (size.0 + zeros[0] + zeros[1] - kernel) / stride + 1)
          if padding == .same {
            #expect(size.1 == (size.0 + stride - 1) / stride && 0...1 ~= zeros[1] - zeros[0])
          }
        }
      case .transposedConvolution(_, let kernel, let stride, _, let extra, _):
        #expect(layer.padding.count == 2)
        for (size, zeros) in zip(sizes, layer.padding) {
          #expect(size.1 == (size.0 - 1) * stride - zeros[0] - zeros[1] + kernel + extra)
        }
      default: #expect(layer.padding.isEmpty)
      }
    }
  }

  /// Worked by hand.
  @Test(arguments: [
    // Even and odd sizes with stride 2: one zero in all, behind; and one before and behind.
    ("conv 2 kernel 3 stride 2 padding same", [[1, 8, 7], [2, 4, 4]], [[0, 1], [1, 1]]),
    ("conv 2 kernel 3 stride 2 padding 1", [[1, 8, 7], [2, 4, 4]], [[1, 1], [1, 1]]),
    // A stride above the kernel needs no zeros.
    ("conv 2 kernel 1 stride 3 padding same", [[1, 8, 7], [2, 3, 3]], [[0, 0], [0, 0]]),
    (
      "conv-transposed 4 kernel 3 stride 2 padding 1 output-padding 1", [[2, 3, 5], [4, 6, 10]],
      [[1, 1], [1, 1]]
    ),
    // A vector is an image of one position to a convolution.
    ("conv-transposed 4 kernel 3", [[7, 1, 1], [4, 3, 3]], [[0, 0], [0, 0]]),
    ("dense 5", [[7], [5]], []), ("dense 5", [[2, 3, 5], [5]], []),
    ("tanh", [[7], [7]], []), ("flatten; dense 1", [[2, 3, 5], [30]], []),
    ("crop 1", [[2, 3, 5], [2, 1, 3]], []), ("zero-pad 2", [[2, 3, 5], [2, 7, 9]], []),
    ("mean-pool 3", [[2, 3, 6], [2, 1, 2]], []),
  ])
  func `the first layer`(_ text: String, _ shapes: [[Int]], _ padding: [[Int]]) throws {
    let architecture = try #require(Architecture(text))
    let (input, output) = try (shape(shapes[0]), shape(shapes[1]))
    let layers = try architecture.resolved(
      input: input, output: architecture.layers.count == 1 ? output : .vector(1))
    let layer = try #require(layers.first)
    #expect([layer.input, layer.output] == shapes && layer.padding == padding)
  }

  private func shape(_ sizes: [Int]) throws -> Shape {
    try #require(
      sizes.count == 1
        ? .vector(sizes[0]) : Shape(channels: sizes[0], height: sizes[1], width: sizes[2]))
  }

  /// The engine fuses upsampling and padding with the convolution; PyTorch does not.
  @Test func `a fused layer has the shapes that PyTorch gives it`() throws {
    let text =
      "dense 32; reshape 2x4x4; upsample 2; conv 3 kernel 3 padding same; zero-pad 2; conv 1 kernel 5 stride 2 padding same"
    let layers = try #require(Architecture(text)).resolved(
      input: .vector(5), output: try #require(Shape("1x6x6")))
    #expect(
      layers.map(\.output) == [[32], [2, 4, 4], [2, 8, 8], [3, 8, 8], [3, 12, 12], [1, 6, 6]])
    // Of the second convolution on 12 positions, not on the 8 before zero-pad.
    #expect(layers.map(\.padding) == [[], [], [], [[1, 1], [1, 1]], [], [[1, 2], [1, 2]]])
  }

  @Test func `the second path of a residual block begins with the block's input`() throws {
    let text =
      "conv 2 kernel 1; residual; conv 3 kernel 3; shortcut; conv 3 kernel 3; add; flatten; dense 1"
    let layers = try #require(Architecture(text)).resolved(
      input: try #require(Shape("1x5x5")), output: .vector(1))
    let (wide, narrow) = ([2, 5, 5], [3, 3, 3])
    #expect(layers.map(\.input) == [[1, 5, 5], wide, wide, wide, wide, narrow, narrow, [27]])
    #expect(layers.map(\.output) == [wide, wide, narrow, wide, narrow, narrow, [27], [1]])
  }

  /// A vector that becomes an image, or was one, has the order of that image.
  @Test func `a dropout mask has the layout of its image`() throws {
    let text =
      "dense 18; dropout 0.5; reshape 2x3x3; dropout 0.5; flatten; dropout 0.5; dense 7; dropout 0.5; dense 9; dropout 0.5; tanh"
    let layers = try #require(Architecture(text)).resolved(
      input: .vector(5), output: try #require(Shape("1x3x3")))
    #expect(
      layers.compactMap(\.maskLayout)
        == [[2, 3, 3], [2, 3, 3], [2, 3, 3], [7, 1, 1], [1, 3, 3]])
  }

  @Test(arguments: [
    (
      "dense 9", "dense 4; relu; dense 2", 5,
      "the critic: the output has 2 elements (2x1x1), expected 1 (1x1x1)"
    ),
    (
      "crop 1; dense 9", "dense 1", 5,
      "the generator: layer 0, crop 1, does not fit its input of 5x1x1"
    ),
    ("dense 9", "dense 1", 0, "the latent size is out of range"),
    ("dense 9", "dense 1", Architecture.maximumWidth + 1, "the latent size is out of range"),
  ])
  func `an error names the network and the layer`(
    _ generator: String, _ critic: String, _ latent: Int, _ message: String
  ) throws {
    var configuration = try smallConfiguration("mlp-gp")
    configuration.image = try #require(Shape("1x3x3"))
    configuration.generator = try #require(Architecture(generator))
    configuration.critic = try #require(Architecture(critic))
    configuration.latent = latent
    let error = #expect(throws: ShapeError.self) { _ = try configuration.resolvedNetworks() }
    #expect(error?.description == message)
  }
}
