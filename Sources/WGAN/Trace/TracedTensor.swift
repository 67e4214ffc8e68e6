import Engine
import TensorIO

/// A tensor that every step of a network has in a trace, and how to get it once the step is done.
struct TracedTensor {
  /// The name after that of the step.
  let name: String
  let type: ElementType
  let shape: [Int]
  /// Fills the bytes of the tensor.
  let read: (Buffer<UInt8>) -> Void

  /// What the header has of it in a step of this name.
  func entry(_ step: String) -> TensorEntry { TensorEntry("\(step).\(name)", type, shape) }

  var byteCount: Int { shape.reduce(type.byteCount, *) }

  private init(
    _ name: String, _ type: ElementType, _ shape: [Int],
    read: @escaping (Buffer<UInt8>) -> Void
  ) {
    (self.name, self.type, self.shape, self.read) = (name, type, shape, read)
  }

  /// Single numbers.
  private init(
    _ name: String, shape: [Int], read: @escaping (Buffer<Float>) -> Void
  ) {
    self.init(name, .f32, shape) { read($0.bound(to: Float.self)) }
  }

  /// A column for each sample, side by side, as N × rows; as N where there is one row.
  init(_ name: String, _ block: MatrixView<Float>) {
    let shape = block.rows == 1 ? [block.columns] : [block.columns, block.rows]
    self.init(name, shape: shape) { numbers in
      for sample in 0..<block.columns {
        for row in 0..<block.rows { numbers[sample * block.rows + row] = block[row, sample] }
      }
    }
  }

  /// What is in a run as the tensors of a checkpoint are in memory.
  static func tensors(
    _ prefix: String, _ tensors: [Network.Tensor], of run: Buffer<Float>
  ) -> [TracedTensor] {
    tensors.map { tensor in
      TracedTensor(prefix + tensor.name, shape: tensor.parameter.shape) { numbers in
        numbers.copy(run[tensor.range])
        tensor.parameter.toCheckpointLayout(numbers)
      }
    }
  }

  /// The images of the next batch, as places in the file.
  static func indices(_ trainer: Trainer) -> TracedTensor {
    let count = trainer.state.configuration.batchSize
    return TracedTensor("indices", .i64, [count]) { bytes in
      let first = trainer.state.progress.batch * count
      let numbers = bytes.bound(to: Int64.self)
      for place in 0..<count {
        numbers[place] = Int64(trainer.updates.order.indices[first + place])
      }
    }
  }

  /// The dropout masks of a network for so many samples, drawn again: 1 where a number is kept.
  ///
  /// - Parameters:
  ///   - group: How often as many samples have gone through before.
  ///   - step: The step of the stream.
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
