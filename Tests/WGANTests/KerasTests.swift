import Foundation
import Testing

@testable import Engine
@testable import WGAN

/// Layers compared with those of Keras, which `scripts/make_keras_fixtures.py` recorded in double
/// precision.
@Suite struct KerasTests {
  static let names = [
    "same padding, stride 2, even size", "same padding, stride 2, odd size",
    "same padding, stride 2, even kernel", "same padding, stride 3", "same padding, even kernel",
    "same padding, stride above the kernel", "upsampling, then a convolution",
    "upsampling by 3, even kernel", "zero padding, then a convolution", "a frame on and off",
    "transposed convolution", "batch norm in training", "batch norm in inference",
    "batch norm of a vector", "batch norm of a vector in inference", "layer norm",
    "a generator's end",
  ]

  @Test func `every recorded case is tested`() throws {
    #expect(try Set(KerasCase.all().keys) == Set(Self.names))
  }

  @Test(arguments: names)
  func `outputs, gradients and statistics agree with Keras in double precision`(_ name: String)
    throws
  {
    try compare(name, Double.self, within: 1e-7)
  }

  @Test(arguments: names)
  func `outputs, gradients and statistics agree with Keras in single precision`(_ name: String)
    throws
  {
    try compare(name, Float.self, within: 1e-5)
  }

  private func compare<S: Scalar>(
    _ name: String, _: S.Type, within tolerance: Double
  ) throws {
    let expected = try #require(KerasCase.all()[name])
    let (input, output) = (
      try #require(Shape(expected.shape)), try #require(Shape(expected.outputShape))
    )
    let network = try #require(Architecture(expected.layers)).network(input: input, output: output)
    let workspace = Workspace<S>()
    let batch = expected.input.count / input.count
    let values = network.activations(for: .values, columns: batch, in: workspace)
    let deltas = network.activations(
      for: .cotangents(keepingSecondOrder: false), columns: batch, in: workspace)
    let store = ParameterStore(network, moments: 0, in: workspace)
    for (run, tensors) in [
      (store.parameters, network.parameters), (store.buffers, network.buffers),
    ] {
      for tensor in tensors {
        let numbers = try #require(expected.tensors[tensor.name])
        #expect(numbers.count == tensor.parameter.count)
        run[tensor.range].copy(numbers.map { S($0) })
        tensor.parameter.toEngineLayout(run[tensor.range])
      }
    }
    func numbers(_ run: Buffer<S>, _ tensor: Network.Tensor) -> [Double] {
      let numbers = run[tensor.range]
      tensor.parameter.toCheckpointLayout(numbers)
      defer { tensor.parameter.toEngineLayout(numbers) }
      return numbers.numbers.map { Double($0) }
    }
    func expect(_ found: [Double], _ expected: [Double], _ what: String) {
      #expect(found.count == expected.count)
      let scale = expected.map(abs).max() ?? 0
      let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= tolerance * scale, "\(what) differs by \(worst) of \(scale)")
    }

    fill(values[0], input, expected.input)
    network.prepareWeights(store, slice: .whole)
    network.forward(
      store, values, 0..<batch, expected.isTraining ? .training : .sampling, slice: .whole)
    expect(read(values.result, output), expected.output, "output")
    // Keras updates the running variance with the biased variance.
    let positions = network.nodes.compactMap { node in
      (node.layer as? BatchNormalization)?.shape.positions
    }
    for tensor in network.buffers {
      var found = numbers(store.buffers, tensor)
      let before = try #require(expected.tensors[tensor.name])
      if expected.isTraining, tensor.parameter.name == "running_var" {
        let count = Double(batch * positions[0])
        found = zip(found, before).map { found, before in
          0.99 * before + (found - 0.99 * before) * (count - 1) / count
        }
      }
      expect(found, try #require(expected.statistics[tensor.name]), tensor.name)
    }
    // Only training computes gradients.
    guard expected.isTraining else { return }
    fill(deltas.result, output, expected.direction)
    network.vjp(store, values, deltas, 0..<batch, slice: .whole)
    network.weightGradient(
      values, .value, 0..<batch, deltas, 0..<batch, slice: .whole, adding: false, into: store)
    network.finishWeightGradient(store, slice: .whole)
    expect(read(deltas[0], input), expected.inputGradient, "input's gradient")
    #expect(expected.gradients.count == network.parameters.count)
    for tensor in network.parameters {
      expect(
        numbers(store.gradients, tensor), try #require(expected.gradients[tensor.name]),
        "gradient of \(tensor.name)")
    }
  }

  /// Copies images in the order image, channel, row, column into the columns of a matrix.
  private func fill<S: Scalar>(_ block: MatrixView<S>, _ shape: Shape, _ numbers: [Double]) {
    for (index, place) in places(block, shape).enumerated() {
      block[place.row, place.column] = S(numbers[index])
    }
  }

  private func read<S: Scalar>(_ block: MatrixView<S>, _ shape: Shape) -> [Double] {
    places(block, shape).map { Double(block[$0.row, $0.column]) }
  }

  private func places<S: Scalar>(
    _ block: MatrixView<S>, _ shape: Shape
  ) -> [(row: Int, column: Int)] {
    let plane = shape.height * shape.width
    return (0..<block.columns).flatMap { sample in
      (0..<shape.channels).flatMap { channel in
        (0..<plane).map { (row: $0 * shape.channels + channel, column: sample) }
      }
    }
  }
}

/// A case that `scripts/make_keras_fixtures.py` recorded.
private struct KerasCase: Decodable {
  let layers: String, shape: String, outputShape: String
  let isTraining: Bool
  /// Images in the order image, channel, row, column. The gradients are those of ⟨output,
  /// direction⟩.
  let input: [Double], direction: [Double], output: [Double], inputGradient: [Double]
  /// By name: the parameters and statistics before, and the results.
  let tensors: [String: [Double]], gradients: [String: [Double]], statistics: [String: [Double]]

  private enum CodingKeys: String, CodingKey {
    case layers, shape, input, direction, output, tensors, gradients, statistics
    case outputShape = "output_shape"
    case isTraining = "is_training"
    case inputGradient = "input_gradient"
  }

  static func all() throws -> [String: KerasCase] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try JSONDecoder().decode(
      [String: KerasCase].self,
      from: Data(contentsOf: tests.appending(path: "Fixtures/keras-layers.json")))
  }
}
