import Testing

@testable import Engine
@testable import WGAN

/// The convolution compared with its definition, in the layout of PyTorch.
@Suite struct ConvolutionTests {
  static let cases = [
    ("conv 3 kernel 3 stride 2 padding 1", "2x6x5"), ("conv 4 kernel 5 padding 2 no-bias", "1x7x6"),
    ("conv 2 kernel 4 stride 2 padding 1", "3x8x8"), ("conv 1 kernel 1", "5x3x4"),
    ("conv 2 kernel 3 stride 3", "2x7x8"), ("conv 3 kernel 5 stride 4 padding 4", "1x3x3"),
  ]

  @Test(arguments: cases)
  func `forward is the sum over the kernel of weight times image, plus bias`(
    _ text: String, _ shape: String
  ) throws {
    let image = try #require(Shape(shape))
    let architecture = try #require(Architecture(text))
    guard
      case .convolution(_, _, let stride, .each(let padding), let hasBias) = architecture.layers[0]
    else { throw Unexpected() }
    let layer = try #require(self.layer(architecture, image) as? Convolution)
    let output = layer.output
    let (workspace, batch) = (Workspace<Double>(), 5)
    let x = workspace.matrix(rows: image.count, columns: batch)
    let y = workspace.matrix(rows: output.count, columns: batch)
    Double.fillNormal(x, key: 1, stream: 60, step: 0, first: 0)
    let stored = layer.parameters.map { parameter in
      let numbers = workspace.buffer(parameter.count)
      Double.fillUniform(
        numbers, key: 1, stream: 61, step: UInt32(parameter.shape.count), first: 0)
      return numbers
    }
    let case_ = LayerCase(layer, in: workspace)
    let kept = case_.parameters.values
    var place = 0
    for (parameter, numbers) in zip(layer.parameters, stored) {
      let range = place..<place + parameter.count
      kept[range].copy(numbers)
      parameter.toEngineLayout(kept[range])
      place = range.upperBound
    }
    case_.prepareWeights()
    case_.forward(x, into: y)

    let size = layer.parameters[0].shape[2]
    #expect(output.height == (image.height + 2 * padding - size) / stride + 1)
    for sample in 0..<batch {
      for channel in 0..<output.channels {
        for row in 0..<output.height {
          for column in 0..<output.width {
            var sum = hasBias ? stored[1][channel] : 0
            for input in 0..<image.channels {
              for tapRow in 0..<size {
                for tapColumn in 0..<size {
                  let (v, u) = (
                    row * stride - padding + tapRow, column * stride - padding + tapColumn
                  )
                  guard 0..<image.height ~= v, 0..<image.width ~= u else { continue }
                  let weight =
                    ((channel * image.channels + input) * size + tapRow) * size + tapColumn
                  sum +=
                    stored[0][weight] * x[(v * image.width + u) * image.channels + input, sample]
                }
              }
            }
            let place = (row * output.width + column) * output.channels + channel
            #expect(abs(y[place, sample] - sum) <= 1e-12 * max(1, abs(sum)))
          }
        }
      }
    }
  }

  @Test func `vjp is the transpose of jvp, and both agree with forward`()
    throws
  {
    let transposed = [
      ("conv-transposed 3 kernel 4 stride 2 padding 1", "2x3x4"),
      ("conv-transposed 2 kernel 3 stride 2 padding 1 output-padding 1 no-bias", "3x4x4"),
      ("conv-transposed 1 kernel 2 stride 3", "2x2x3"),
    ]
    for (text, shape) in Self.cases + transposed {
      let image = try #require(Shape(shape))
      let layer = try self.layer(#require(Architecture(text)), image)
      let workspace = Workspace<Double>()
      let case_ = LayerCase(layer, in: workspace)
      Double.fillUniform(
        case_.parameters.values.prefix(layer.parameters[0].count), key: 2, stream: 62, step: 0,
        first: 0)
      let blocks = [image.count, layer.output.count, layer.output.count, image.count].map {
        workspace.matrix(rows: $0, columns: 3)
      }
      Double.fillNormal(blocks[0], key: 2, stream: 63, step: 0, first: 0)
      Double.fillNormal(blocks[2], key: 2, stream: 63, step: 1, first: 0)
      for index in 0..<2 { case_.prepareWeights(WorkerSlice(index: index, count: 2)) }
      case_.jvp(blocks[0], into: blocks[1])
      case_.vjp(blocks[2], into: blocks[3])
      for sample in 0..<3 {
        // ⟨A u, d⟩ = ⟨u, Aᵀ d⟩
        let left = (0..<layer.output.count).reduce(0) {
          $0 + blocks[1][$1, sample] * blocks[2][$1, sample]
        }
        let right = (0..<image.count).reduce(0) {
          $0 + blocks[0][$1, sample] * blocks[3][$1, sample]
        }
        #expect(abs(left - right) <= 1e-11 * max(1, abs(left)), "\(text)")
      }
    }
  }

  @Test(arguments: [(7, 5, 2), (8, 5, 2), (28, 3, 1), (5, 1, 3), (4, 2, 4)])
  func `same padding gives ⌈size ÷ stride⌉ outputs, with the odd zero at the end`(
    _ size: Int, _ kernel: Int, _ stride: Int
  ) throws {
    let window = try #require(Window(inputs: size, kernel: kernel, stride: stride))
    #expect(window.outputs == (size + stride - 1) / stride)
    let all = (0..<window.outputs).map { output in
      window.taps(of: output).map { window.origin(of: output) + $0 }
    }
    #expect(all.allSatisfy { !$0.isEmpty && $0.allSatisfy { 0..<size ~= $0 } })
    let before = window.padding
    let behind = window.origin(of: window.outputs - 1) + kernel - size
    #expect(behind <= 0 && before == 0 || behind - before == 0 || behind - before == 1)
    // vjp uses the same pairs of positions.
    for input in 0..<size {
      for tap in 0..<kernel {
        let outputs = (0..<window.outputs).filter {
          window.taps(of: $0).contains(tap) && window.origin(of: $0) + tap == input
        }
        #expect(outputs.first == window.output(at: input, tap: tap) && outputs.count <= 1)
      }
    }
  }

  @Test func `a layout permutation moves numbers according to its axes, and back`() throws {
    let image = try #require(Shape("2x3x4"))
    let order = LayoutPermutation(image)
    var places: [Int] = []
    order.forEach { place, pytorch in
      #expect(place == places.count)
      places.append(pytorch)
    }
    let expected = (0..<3).flatMap { y in
      (0..<4).flatMap { x in (0..<2).map { c in (c * 3 + y) * 4 + x } }
    }
    #expect(places == expected)
    #expect(
      !order.isIdentity && LayoutPermutation(.mnist).isIdentity
        && LayoutPermutation(.vector(9)).isIdentity)
    let parameter = Parameter("", [24], .constant(0), permutation: order)
    withScratch(24) { (numbers: Buffer<Int64>) in
      for index in 0..<24 { numbers[index] = Int64(index) }
      parameter.toEngineLayout(numbers)
      #expect(numbers.numbers == expected.map { Int64($0) })
      parameter.toCheckpointLayout(numbers)
      #expect(numbers.numbers == Array(0..<24))
    }
  }

  @Test(arguments: [
    "conv 3 kernel 3", "conv 3 kernel 3 stride 2 padding 1",
    "conv 64 kernel 5 stride 2 padding same",
    "conv 1 kernel 1 no-bias",
    "conv-transposed 3 kernel 4 stride 2 padding 1",
    "conv-transposed 1 kernel 3 stride 2 output-padding 1 no-bias",
    "dense 12; reshape 3x2x2; relu; flatten; tanh",
  ])
  func `a layer is parsed from its text form`(_ text: String) throws {
    #expect(try #require(Architecture(text)).description == text)
  }

  @Test(arguments: [
    "conv", "conv 3", "conv 0 kernel 3", "conv 3 kernel", "conv 3 kernel 0",
    "conv 3 kernel 3 stride 0",
    "conv 3 kernel 3 padding", "conv 3 kernel 3 padding -1", "conv 3 kernel 3 stride 2 stride 2",
    "conv 3 kernel 3 bias", "conv-transposed 3", "conv-transposed 3 kernel 3 padding same",
    "conv 3 kernel 999", "reshape 3", "reshape 0x1x1", "flatten 3",
  ])
  func `a text that is not a layer is refused`(_ text: String) {
    #expect(Architecture(text) == nil)
  }

  @Test(arguments: [
    ("conv 3 kernel 7; dense 1", "layer 0, conv 3 kernel 7, does not fit its input of 1x6x6"),
    ("conv 3 kernel 3 padding 3; dense 1", "layer 0"), ("reshape 2x3x3; dense 1", "layer 0"),
    ("dense 19; relu; reshape 2x3x3; dense 1", "layer 2, reshape 2x3x3, must follow a dense layer"),
    ("conv-transposed 3 kernel 3 output-padding 1; dense 1", "layer 0, conv-transposed"),
    ("conv-transposed 3 kernel 1 padding 3; dense 1", "layer 0, conv-transposed"),
    ("conv 3 kernel 3", "the output has 48 elements (3x4x4), expected 1 (1x1x1)"),
  ])
  func `an error names the layer that does not fit`(_ text: String, _ reason: String) throws {
    let architecture = try #require(Architecture(text))
    let shapeError = #expect(throws: ShapeError.self) {
      try architecture.network(input: #require(Shape("1x6x6")), output: .vector(1))
    }
    #expect(shapeError?.reason.contains(reason) == true, "\(shapeError?.reason ?? "")")
  }

  private struct Unexpected: Error {}

  private func layer(_ architecture: Architecture, _ image: Shape) throws -> any Layer {
    let network = try Architecture(architecture.layers + [.dense(1)])
      .network(input: image, output: .vector(1))
    return network.nodes[0].layer
  }
}
