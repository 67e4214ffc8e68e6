import Engine
import TensorIO

/// A tensor that a trace contains for each step of a network.
struct TracedTensor {
  /// The name without the name of the step.
  let name: String
  let type: ElementType
  let shape: [Int]
  /// Copies the values after a step.
  let read: (Buffer<UInt8>) -> Void

  /// The header entry in a step with this name.
  func entry(_ step: String) -> TensorEntry { TensorEntry("\(step).\(name)", type, shape) }

  var byteCount: Int { shape.reduce(type.byteCount, *) }

  private init(
    _ name: String, _ type: ElementType, _ shape: [Int],
    read: @escaping (Buffer<UInt8>) -> Void
  ) {
    (self.name, self.type, self.shape, self.read) = (name, type, shape, read)
  }

  /// Makes a tensor of single-precision numbers.
  private init(
    _ name: String, shape: [Int], read: @escaping (Buffer<Float>) -> Void
  ) {
    self.init(name, .f32, shape) { read($0.bound(to: Float.self)) }
  }

  /// Makes a tensor of shape N × rows, or N for one row, from a matrix with one column per sample.
  init(_ name: String, _ matrix: MatrixView<Float>) {
    let shape = matrix.rows == 1 ? [matrix.columns] : [matrix.columns, matrix.rows]
    self.init(name, shape: shape) { numbers in
      for sample in 0..<matrix.columns {
        for row in 0..<matrix.rows { numbers[sample * matrix.rows + row] = matrix[row, sample] }
      }
    }
  }

  /// Makes tensors with the names and the layout of a checkpoint, from a buffer of the engine.
  static func tensors(
    _ prefix: String, _ tensors: [Network.Tensor], of buffer: Buffer<Float>
  ) -> [TracedTensor] {
    tensors.map { tensor in
      TracedTensor(prefix + tensor.name, shape: tensor.parameter.shape) { numbers in
        numbers.copy(buffer[tensor.range])
        tensor.parameter.toCheckpointLayout(numbers)
      }
    }
  }

  /// Makes the tensor of the indices of the batch's images in their file.
  static func indices(_ trainer: Trainer) -> TracedTensor {
    let count = trainer.state.configuration.batchSize
    return TracedTensor("indices", .i64, [count]) { bytes in
      let first = trainer.state.progress.batch * count
      let numbers = bytes.bound(to: Int64.self)
      for index in 0..<count {
        numbers[index] = Int64(trainer.trainingStep.order.indices[first + index])
      }
    }
  }

  /// Makes the dropout masks of a network, which are drawn again: 1 where a value is kept.
  ///
  /// - Parameters:
  ///   - count: The number of samples.
  ///   - group: The index of this group of samples among groups of the same size.
  ///   - step: The step of the random stream.
  static func masks(
    _ prefix: String, _ suffix: String = "", of network: Network, count: Int, group: Int = 0,
    _ stream: RandomStream, key: UInt64, step: @escaping () -> Int
  ) -> [TracedTensor] {
    network.masks.map { _, layer, mask in
      let shape = mask.shape == mask.layout ? mask.shape.sizes : [mask.shape.count]
      return TracedTensor("\(prefix)\(layer)\(suffix)", .u8, [count] + shape) { bytes in
        withScratch(mask.rows * count) { (numbers: Buffer<Float>) in
          let drawn = MatrixView(numbers, rows: mask.rows, columns: count)
          mask.draw(
            into: drawn, key: key, stream: stream.of(layer: layer),
            step: UInt32(truncatingIfNeeded: step()), first: UInt32(group * count))
          LayoutPermutation(mask.layout).forEach { row, pytorch in
            for sample in 0..<count {
              let bits = drawn[row / 32, sample].bitPattern
              bytes[sample * mask.shape.count + pytorch] = UInt8(bits >> (row % 32) & 1)
            }
          }
        }
      }
    }
  }
}
