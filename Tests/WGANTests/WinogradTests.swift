import Testing

@testable import Engine
@testable import WGAN

/// The Winograd form of a convolution compared with the direct form.
@Suite struct WinogradTests {
  /// The channels of the input and the output, and the windows. For a transposed convolution, input
  /// and output are swapped.
  struct Case: Sendable {
    let inputs: Int, outputs: Int
    let vertical: Window, horizontal: Window
    var hasBias = true, isTransposed = false

    func layer(minimumChannels: Int) throws -> Convolution {
      let sizes = [vertical, horizontal].map { isTransposed ? $0.outputs : $0.inputs }
      let image = try #require(Shape(channels: inputs, height: sizes[0], width: sizes[1]))
      return try #require(
        isTransposed
          ? Convolution(
            transposed: image, channels: outputs, windows: [vertical, horizontal],
            hasBias: hasBias, minimumChannels: minimumChannels)
          : Convolution(
            image, channels: outputs, windows: [vertical, horizontal], hasBias: hasBias,
            minimumChannels: minimumChannels))
    }
  }

  static func window(_ inputs: Int, kernel: Int = 5, padding: Int) -> Window {
    Window(
      inputs: inputs, outputs: (inputs + 2 * padding - kernel) / 2 + 1, kernel: kernel, stride: 2,
      padding: padding)
  }
  static func same(_ inputs: Int) throws -> Window {
    try #require(Window(inputs: inputs, kernel: 5, stride: 2))
  }
  /// Four taps and stride 2.
  static func half(_ inputs: Int) -> Window { window(inputs, kernel: 4, padding: 1) }

  static let cases: [Case] = {
    guard let (eight, sixteen) = try? (same(8), same(16)) else { return [] }
    return [
      Case(inputs: 3, outputs: 5, vertical: sixteen, horizontal: eight),
      Case(inputs: 17, outputs: 2, vertical: window(11, padding: 0), horizontal: sixteen),
      Case(
        inputs: 1, outputs: 16, vertical: window(8, padding: 2),
        horizontal: window(17, padding: 1), hasBias: false),
      // So large that weightGradient uses the direct form.
      Case(inputs: 96, outputs: 320, vertical: eight, horizontal: eight),
      Case(inputs: 3, outputs: 5, vertical: eight, horizontal: sixteen, isTransposed: true),
      // Tiles of four, of three, and of both, on either axis.
      Case(inputs: 3, outputs: 5, vertical: half(16), horizontal: half(8)),
      Case(inputs: 5, outputs: 3, vertical: half(14), horizontal: half(32)),
      Case(inputs: 2, outputs: 9, vertical: half(6), horizontal: half(14), hasBias: false),
      Case(
        inputs: 4, outputs: 3, vertical: window(19, kernel: 4, padding: 2),
        horizontal: window(14, kernel: 4, padding: 0)),
      Case(inputs: 5, outputs: 3, vertical: half(14), horizontal: half(14), isTransposed: true),
      Case(
        inputs: 33, outputs: 16, vertical: half(16), horizontal: half(12), isTransposed: true),
      Case(
        inputs: 2, outputs: 7, vertical: half(18), horizontal: half(8), hasBias: false,
        isTransposed: true),
    ]
  }()

  /// Compares the norm of all errors. Tiles of four outputs have three (four taps) to five times
  /// the rounding error of the direct form: 4e-6 for 256 channels in Float, 8e-15 in Double.
  @Test(arguments: cases, [1, 7, 33, 64, 96])
  func `every operation agrees with the direct form`(_ shape: Case, _ columns: Int) throws {
    func check<S: Scalar>(_: S.Type, _ tolerance: Double) throws {
      let direct = try Verbs<S>(shape.layer(minimumChannels: .max), columns)
      let winograd = try Verbs<S>(shape.layer(minimumChannels: 1), columns)
      #expect(winograd.layer.weightTransform is WinogradWeights)
      #expect(!(direct.layer.weightTransform is WinogradWeights))
      for ((name, expected), (_, result)) in zip(direct.results, winograd.results) {
        func norm(_ x: [Double]) -> Double { x.map { $0 * $0 }.reduce(0, +).squareRoot() }
        let error =
          norm(zip(expected, result).map { Double($0) - Double($1) })
          / norm(expected.map(Double.init))
        #expect(error <= tolerance, "\(name) of \(S.self)")
      }
    }
    try check(Double.self, 1e-13)
    try check(Float.self, 1e-5)
  }

  @Test(arguments: cases) func `slices and column ranges do not change a bit`(_ shape: Case) throws
  {
    let layer = try shape.layer(minimumChannels: 1)
    let whole = Verbs<Float>(layer, 70)
    for (shares, cuts) in [(2, [0, 1, 38, 70]), (5, [0, 32, 33, 64, 70])] {
      for ((name, expected), (_, result)) in zip(
        whole.results, Verbs<Float>(layer, 70, shares: shares, cuts: cuts).results)
      {
        #expect(expected == result, "\(name), \(shares) shares")
      }
    }
  }

  @Test func `the sizes decide which form is used`() throws {
    func isWinograd(_ inputs: Int, _ outputs: Int, _ window: Window) throws -> Bool {
      let image = try #require(
        Shape(channels: inputs, height: window.inputs, width: window.inputs))
      let made = try #require(
        Shape(channels: outputs, height: window.outputs, width: window.outputs))
      return Winograd(Correlation(image, made, [window, window])) != nil
    }
    // The critic of keras-gp.
    #expect(try !isWinograd(1, 64, Self.same(32)))
    #expect(try isWinograd(64, 128, Self.same(16)))
    #expect(try isWinograd(128, 256, Self.same(8)))
    #expect(try !isWinograd(256, 512, Self.same(4)))
    // Too large a U, tiles that omit inputs, another kernel, another stride.
    #expect(try !isWinograd(256, 512, Self.same(8)))
    #expect(try !isWinograd(64, 64, Self.window(12, padding: 0)))
    #expect(
      try !isWinograd(64, 64, #require(Window(inputs: 8, kernel: 3, stride: 2, padding: 1))))
    #expect(try !isWinograd(64, 64, #require(Window(inputs: 8, kernel: 5, stride: 1))))
    // dcgan-gp and quick; outputs that are not a sum of fours and threes, or end before the inputs.
    #expect(try !isWinograd(1, 128, Self.half(28)))
    #expect(try isWinograd(128, 256, Self.half(14)))
    #expect(try isWinograd(32, 64, Self.half(14)))
    #expect(try isWinograd(32, 64, Self.half(12)))
    #expect(try !isWinograd(32, 64, Self.half(10)))
    #expect(try !isWinograd(32, 64, Self.window(15, kernel: 4, padding: 0)))
  }

  @Test(arguments: [nil, 10.0], [4, 5])
  func `the gradient of a critic agrees with finite differences`(
    _ penalty: Double?, _ taps: Int
  ) throws {
    let first = try Case(
      inputs: 2, outputs: 3, vertical: taps == 4 ? Self.half(8) : Self.same(8),
      horizontal: taps == 4 ? Self.half(14) : Self.same(16)
    ).layer(minimumChannels: 1)
    let nodes: [any Layer] = [
      first, LeakyReLU(shape: first.output, slope: 0.2),
      Dense(input: first.output, output: .vector(1), hasBias: true),
    ]
    let network = Network(
      nodes.enumerated().map { GraphNode(layer: $0.element, index: $0.offset) },
      input: first.input)
    let critic = CriticCase(network, batch: 37, penalty: penalty)
    critic.expectDifferences()
    critic.differentiate()
    let gradient = critic.gradient
    for shares in [2, 5] {
      ThreadPool(count: shares).run { critic.differentiate($0) }
      #expect(critic.gradient == gradient)
    }
  }
}

/// The results of the operations of a layer for random input, each called once per range of columns
/// or slice of the weights.
private struct Verbs<S: Scalar> {
  let layer: Convolution
  private(set) var results: [(name: String, numbers: [S])] = []

  init(_ layer: Convolution, _ columns: Int, shares: Int = 1, cuts: [Int]? = nil) {
    self.layer = layer
    let workspace = Workspace<S>()
    let blocks = [layer.input, layer.output, layer.input, layer.output].map {
      workspace.matrix(rows: $0.count, columns: columns)
    }
    let (x, y, dx, made) = (blocks[0], blocks[1], blocks[2], blocks[3])
    let count = layer.parameters.map(\.count).reduce(0, +)
    let case_ = LayerCase(layer, in: workspace)
    let weights = MatrixView(case_.parameters.values, rows: 1, columns: count)
    for (stream, block) in [x, y, weights].enumerated() {
      S.fillNormal(block, key: 1, stream: 70 + UInt32(stream), step: 0, first: 0)
    }
    let parts = (0..<shares).map { WorkerSlice(index: $0, count: shares) }
    let pieces = cuts.map { zip($0, $0.dropFirst()).map { $0..<$1 } } ?? [0..<columns]
    for slice in parts { case_.prepareWeights(slice) }

    func note(_ name: String, _ block: MatrixView<S>) {
      results.append(
        (name, (0..<block.rows).flatMap { row in (0..<block.columns).map { block[row, $0] } }))
    }
    for piece in pieces {
      case_.forward(x.columns(piece), into: made.columns(piece))
    }
    note("forward", made)
    for piece in pieces {
      case_.jvp(x.columns(piece), into: made.columns(piece))
    }
    note("jvp", made)
    dx.fill(.nan)
    for piece in pieces {
      case_.vjp(y.columns(piece), into: dx.columns(piece))
    }
    note("backward", dx)
    // The second call adds to the first.
    for adding in [false, true] {
      for slice in parts {
        case_.weightGradient(x, y, adding: adding, slice)
      }
      note("weightGradient", MatrixView(case_.gradient.values, rows: 1, columns: count))
    }
  }
}
