import Testing

@testable import Engine
@testable import WGAN

/// The derivatives are of order 1. Central differences with h = 1e-5 have a truncation error of
/// about 1e-10 and a rounding error of about 1e-11.
let gradientTolerance = 1e-7

/// The derivative of f with respect to one of its inputs.
func centralDifference(_ numbers: Buffer<Double>, _ index: Int, _ f: () -> Double) -> Double {
  let h = 1e-5
  let value = numbers[index]
  defer { numbers[index] = value }
  numbers[index] = value + h
  let above = f()
  numbers[index] = value - h
  return (above - f()) / (2 * h)
}

/// A small critic with random weights, real and fake samples, in Double.
final class CriticCase: @unchecked Sendable {
  let network: Network
  let objective: CriticObjective<Double>
  let store: ParameterStore<Double>
  let samples: (real: MatrixView<Double>, fake: MatrixView<Double>)
  private let workspace = Workspace<Double>()

  convenience init(_ critic: (String, String), batch: Int, penalty: Double?) throws {
    let network = try #require(Architecture(critic.0)).network(
      input: #require(Shape(critic.1)), output: .vector(1))
    self.init(network, batch: batch, penalty: penalty)
  }

  init(_ network: Network, batch: Int, penalty: Double?) {
    self.network = network
    objective = CriticObjective(network, batchSize: batch, penaltyWeight: penalty, in: workspace)
    store = ParameterStore(network, moments: 0, in: workspace)
    fillNoise(store.parameters, stream: 30, scale: 0.6)
    let key: UInt64 = 1
    samples = (
      workspace.matrix(rows: network.input.count, columns: batch),
      workspace.matrix(rows: network.input.count, columns: batch)
    )
    Double.fillNormal(samples.real, key: key, stream: 31, step: 0, first: 0)
    Double.fillNormal(samples.fake, key: key, stream: 32, step: 0, first: 0)
    Double.fillUniform(
      objective.interpolation.row(0), key: key, stream: 33, step: 0, first: 0)
  }

  var gradient: [Double] { store.gradients.numbers }

  /// Expects the gradient of the critic's loss to agree with central differences for every
  /// parameter.
  func expectDifferences(sourceLocation: SourceLocation = #_sourceLocation) {
    differentiate()
    let gradient = gradient
    #expect(gradient.contains { abs($0) > 0.01 }, sourceLocation: sourceLocation)
    for index in gradient.indices {
      let difference = centralDifference(store.parameters, index) {
        differentiate()
        return objective.metrics().objective
      }
      #expect(
        abs(gradient[index] - difference) <= gradientTolerance * max(1, abs(difference)),
        "parameter \(index): \(gradient[index]) but differences give \(difference)",
        sourceLocation: sourceLocation)
    }
  }

  func prepareWeights() { network.prepareWeights(store, slice: .whole) }

  func differentiate(_ slice: WorkerSlice = .whole) {
    network.prepareWeights(store, slice: slice)
    for chunk in objective.chunks {
      let own = slice.columns(of: 0..<chunk.count)
      let columns = own.shifted(by: chunk.lowerBound)
      objective.real(chunk).columns(own).copy(samples.real.columns(columns))
      objective.fake(chunk).columns(own).copy(samples.fake.columns(columns))
      objective.drawMasks(chunk, key: 1, step: 0, slice: slice)
      slice.synchronize()
      objective.differentiate(store, chunk, slice: slice)
      slice.synchronize()
      objective.weightGradient(store, chunk, slice: slice)
      slice.synchronize()
    }
    network.finishWeightGradient(store, slice: slice)
  }
}

func fillNoise(_ numbers: Buffer<Double>, stream: UInt32, scale: Double) {
  let row = MatrixView(numbers, rows: 1, columns: numbers.count)
  Double.fillNormal(row, key: 3, stream: stream, step: 0, first: 0)
  for index in 0..<numbers.count { numbers[index] *= scale }
}
