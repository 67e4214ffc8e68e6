/// A kernel along one spatial axis of an image. It counts the multiplications of all outputs in one
/// row. Kernel elements outside the image are not counted.
struct KernelAxis {
  /// The number of multiplications, summed over the outputs.
  let multiplications: Int

  /// Counts a convolution. The input has `margin` zeros on each side, or each position is repeated
  /// `upsampling` times. Kernel elements on repetitions of one position count as one
  /// multiplication, because their sum can be computed in advance.
  ///
  /// - Parameters:
  ///   - inputs: The size after zero padding or upsampling.
  ///   - padding: The number of zeros that the convolution adds before the first position.
  init(
    inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int, margin: Int, upsampling: Int
  ) {
    multiplications = (0..<outputs).reduce(0) { sum, output in
      let first = output * stride - padding
      let inside = (first..<first + kernel).filter {
        margin..<max(margin, inputs - margin) ~= $0
      }
      return sum + Set(inside.map { $0 / upsampling }).count
    }
  }

  /// Counts a transposed convolution. Each input position contributes to one output per kernel
  /// element, except for outputs that are cropped.
  init(transposing inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int) {
    multiplications = (0..<inputs).reduce(0) { sum, input in
      let first = input * stride - padding
      return sum + max(0, min(outputs, first + kernel) - max(0, first))
    }
  }
}
