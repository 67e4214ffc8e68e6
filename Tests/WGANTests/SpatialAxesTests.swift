import Testing

@testable import Engine

/// Convolutions, pools and paddings over one and three spatial axes, against their definitions.
@Suite struct SpatialAxesTests {
  /// The sizes of the input, and the kernel, stride and padding along each axis.
  static let cases: [([Int], [(kernel: Int, stride: Int, padding: Int)])] = [
    ([9], [(4, 2, 1)]), ([5], [(3, 1, 2)]),
    ([3, 4, 5], [(2, 1, 1), (3, 2, 1), (3, 1, 0)]),
    ([2, 5, 4], [(2, 2, 0), (1, 1, 0), (4, 2, 2)]),
  ]

  /// ⟨W ⋆ x⟩ at one output, by its definition.
  private func expected(
    _ layer: Convolution, _ windows: [Window], _ weight: [Double], _ x: MatrixView<Double>,
    _ channel: Int, _ output: [Int]
  ) -> Double {
    var sum = 0.0
    for (tap, index) in combinations(windows.map { Array(0..<$0.kernel) }).enumerated() {
      let position = zip(zip(output, windows), index).map { $0.1.origin(of: $0.0) + $1 }
      guard zip(position, layer.input.spatial).allSatisfy({ 0..<$1 ~= $0 }) else { continue }
      let row = zip(position, layer.input.pitches).reduce(0) { $0 + $1.0 * $1.1 }
      for input in 0..<layer.input.channels {
        let taps = windows.reduce(1) { $0 * $1.kernel }
        sum += weight[(channel * layer.input.channels + input) * taps + tap] * x[row + input, 0]
      }
    }
    return sum
  }

  @Test(arguments: cases)
  func `a convolution has any number of spatial axes`(
    _ sizes: [Int], _ axes: [(kernel: Int, stride: Int, padding: Int)]
  ) throws {
    let input = try #require(Shape(channels: 2, spatial: sizes))
    let windows = try zip(sizes, axes).map { size, axis in
      try #require(
        Window(
          inputs: size, kernel: axis.kernel, stride: axis.stride, padding: axis.padding))
    }
    let layer = try #require(Convolution(input, channels: 3, windows: windows, hasBias: false))
    #expect(layer.output.spatial == windows.map(\.outputs))
    let workspace = Workspace<Double>()
    let case_ = LayerCase(layer, in: workspace)
    let parameter = layer.parameters[0]
    fillNoise(case_.parameters.values, stream: 80, scale: 1)
    let weight = case_.parameters.values.numbers
    parameter.toEngineLayout(case_.parameters.values)
    case_.prepareWeights()
    let x = noise(input.count, 81, in: workspace)
    let y = workspace.matrix(rows: layer.output.count, columns: 1)
    case_.forward(x, into: y)
    for (position, output) in combinations(layer.output.spatial.map { Array(0..<$0) }).enumerated()
    {
      for channel in 0..<3 {
        let sum = expected(layer, windows, weight, x, channel, output)
        #expect(abs(y[position * 3 + channel, 0] - sum) <= 1e-12 * max(1, abs(sum)))
      }
    }
    expectAdjoint(case_, in: workspace)
  }

  @Test func `upsampling, pools and paddings have any number of spatial axes`() throws {
    let input = try #require(Shape(channels: 2, spatial: [2, 3, 4]))
    let workspace = Workspace<Double>()
    let large = input.spatial.map { 2 * $0 }
    let windows = try large.map {
      try #require(Window(inputs: $0, kernel: 3, stride: 1, padding: 1))
    }
    let upsampled = LayerCase(
      try #require(
        Convolution(input, upsampledBy: 2, channels: 3, windows: windows, hasBias: false)),
      in: workspace)
    let largeInput = try #require(Shape(channels: 2, spatial: large))
    let plain = LayerCase(
      try #require(Convolution(largeInput, channels: 3, windows: windows, hasBias: false)),
      in: workspace)
    fillNoise(plain.parameters.values, stream: 82, scale: 1)
    upsampled.parameters.values.copy(plain.parameters.values.numbers)
    for layer in [plain, upsampled] { layer.prepareWeights() }
    let x = noise(input.count, 83, in: workspace)
    let repeated = workspace.matrix(rows: plain.layer.input.count, columns: 1)
    for position in combinations(large.map { Array(0..<$0) }) {
      func row(_ position: [Int], _ shape: Shape) -> Int {
        zip(position, shape.pitches).reduce(0) { $0 + $1.0 * $1.1 }
      }
      for channel in 0..<2 {
        repeated[row(position, plain.layer.input) + channel, 0] =
          x[row(position.map { $0 / 2 }, input) + channel, 0]
      }
    }
    let results = [upsampled, plain].map {
      workspace.matrix(rows: $0.layer.output.count, columns: 1)
    }
    upsampled.forward(x, into: results[0])
    plain.forward(repeated, into: results[1])
    for row in 0..<results[0].rows { #expect(abs(results[0][row, 0] - results[1][row, 0]) < 1e-12) }
    expectAdjoint(upsampled, in: workspace)
    let pooled = try #require(Shape(channels: 2, spatial: [2, 4, 6]))
    let layers: [(any Layer)?] = [
      MeanPool(pooled, size: 2), ZeroPad(input, margin: 1), ZeroPad(largeInput, margin: -1),
    ]
    for layer in layers {
      expectAdjoint(LayerCase(try #require(layer), in: workspace), in: workspace)
    }
  }

  /// ⟨T w, p⟩ = ⟨w, Tᵀ p⟩ for every weight transform.
  @Test(arguments: [
    ("conv 3 kernel 4 stride 2 padding 1", "2x6x6"),
    ("conv 17 kernel 4 stride 2 padding 1", "16x8x8"),
    ("upsample 2; conv 3 kernel 3 padding 1", "2x3x3"),
    ("conv-transposed 3 kernel 5 stride 3 padding 1", "2x3x3"),
  ])
  func `a weight transform's backward map is its transpose`(_ text: String, _ shape: String) throws
  {
    let input = try #require(Shape(shape))
    let network = try #require(Architecture(text + "; dense 1"))
      .network(input: input, output: .vector(1))
    let transform = try #require(network.nodes.lazy.compactMap(\.layer.weightTransform).first)
    let workspace = Workspace<Double>()
    let (stored, prepared) = (
      workspace.buffer(transform.storedCount), workspace.buffer(transform.preparedCount)
    )
    let (mapped, back) = (
      workspace.buffer(transform.preparedCount), workspace.buffer(transform.storedCount)
    )
    fillNoise(stored, stream: 84, scale: 1)
    fillNoise(prepared, stream: 85, scale: 1)
    for index in 0..<3 {
      let slice = WorkerSlice(index: index, count: 3)
      transform.apply(stored, into: mapped, slice: slice)
      transform.applyTranspose(prepared, into: back, slice: slice)
    }
    func dot(_ a: Buffer<Double>, _ b: Buffer<Double>) -> Double {
      zip(a.numbers, b.numbers).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (left, right) = (dot(mapped, prepared), dot(stored, back))
    #expect(abs(left) > 1e-3 && abs(left - right) <= 1e-11 * abs(left))
  }

  private func noise(
    _ rows: Int, _ stream: UInt32, in workspace: Workspace<Double>
  ) -> MatrixView<Double> {
    let view = workspace.matrix(rows: rows, columns: 1)
    Double.fillNormal(view, key: 4, stream: stream, step: 0, first: 0)
    return view
  }

  /// ⟨A u, d⟩ = ⟨u, Aᵀ d⟩.
  private func expectAdjoint(
    _ case_: LayerCase<Double>, in workspace: Workspace<Double>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (inputs, outputs) = (case_.layer.input.count, case_.layer.output.count)
    let (u, d) = (noise(inputs, 86, in: workspace), noise(outputs, 87, in: workspace))
    let (v, dx) = (
      workspace.matrix(rows: outputs, columns: 1), workspace.matrix(rows: inputs, columns: 1)
    )
    case_.jvp(u, into: v)
    case_.vjp(d, into: dx)
    let left = (0..<outputs).reduce(0) { $0 + v[$1, 0] * d[$1, 0] }
    let right = (0..<inputs).reduce(0) { $0 + u[$1, 0] * dx[$1, 0] }
    #expect(abs(left - right) <= 1e-11 * max(1, abs(left)), sourceLocation: sourceLocation)
  }
}
