import Testing

@testable import Engine
@testable import WGAN

@Suite struct DropoutTests {
  @Test func `a mask depends on the index of its layer, not on the number of graph nodes`()
    throws
  {
    // Layer norm is one layer and two nodes.
    let network = try #require(Architecture("layer-norm; dropout 0.5; dense 1"))
      .network(input: .vector(40), output: .vector(1))
    let workspace = Workspace<Double>()
    let values = network.activations(for: .values, columns: 5, in: workspace)
    network.drawMasks(
      values, 0..<5, key: 3, stream: .criticDropout, step: 2, first: 9, slice: .whole)
    let place = try #require(
      network.nodes.firstIndex { $0.layer is Dropout })
    let expected = workspace.matrix(rows: 2, columns: 5)
    try #require(Dropout(shape: .vector(40), layout: .vector(40), probability: 0.5).mask)
      .draw(
        into: expected, key: 3, stream: RandomStream(rawValue: 7 | 1 << 8), step: 2, first: 9)
    for row in 0..<2 {
      for column in 0..<5 {
        #expect(
          values.saved[place][row, column].bitPattern == expected[row, column].bitPattern)
      }
    }
  }
}
