/// A kernel along one spatial axis of an image: how many multiplications its outputs need in a row.
/// Taps outside the image are not counted.
struct Axis {
  /// The sum over the outputs of the input positions that each one reads.
  let taps: Int

  /// A convolution of an image with `margin` zeros on each side, or enlarged `upsampling` times by
  /// repetition: taps on the same position of the small image are one product with their sum.
  ///
  /// - Parameters:
  ///   - inputs: The size with the zeros, or after enlarging.
  ///   - padding: Zeros before the first position.
  init(
    inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int, margin: Int, upsampling: Int
  ) {
    taps = (0..<outputs).reduce(0) { sum, output in
      let first = output * stride - padding
      let inside = (first..<first + kernel).filter {
        margin..<max(margin, inputs - margin) ~= $0
      }
      return sum + Set(inside.map { $0 / upsampling }).count
    }
  }

  /// A transposed convolution: every input position is added to as many outputs as there are taps.
  init(transposing inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int) {
    taps = (0..<inputs).reduce(0) { sum, input in
      let first = input * stride - padding
      return sum + max(0, min(outputs, first + kernel) - max(0, first))
    }
  }
}
