/// A kernel's way along one axis of an image: which tap of which output falls on which input
/// position. Taps outside the image are left out, not multiplied by zero.
struct Window: Equatable, Sendable {
  /// Positions in the image, and outputs of the kernel.
  let inputs: Int, outputs: Int
  /// Taps of the kernel, and positions that it moves from one output to the next.
  let kernel: Int, stride: Int
  /// Positions before the image at which the taps of the first output begin.
  let padding: Int
  /// Output i is position i · step + phase of the image that is computed.
  let step: Int, phase: Int

  init(
    inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int, step: Int = 1,
    phase: Int = 0
  ) {
    (self.inputs, self.outputs) = (inputs, outputs)
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    (self.step, self.phase) = (step, phase)
  }

  /// A window over an image with a margin of `margin` zeros and, as in PyTorch, `padding` on both
  /// sides; `nil` when nothing fits.
  init?(inputs: Int, margin: Int = 0, kernel: Int, stride: Int, padding: Int) {
    guard kernel >= 1, stride >= 1, 0..<kernel ~= padding,
      inputs + 2 * (margin + padding) >= kernel
    else { return nil }
    self.init(
      inputs: inputs, outputs: (inputs + 2 * (margin + padding) - kernel) / stride + 1,
      kernel: kernel, stride: stride, padding: margin + padding)
  }

  /// A window with ⌈(inputs + 2 · margin) / stride⌉ outputs and TensorFlow's padding "same": equal on
  /// both sides, an odd one behind.
  init?(inputs: Int, margin: Int = 0, kernel: Int, stride: Int) {
    guard kernel >= 1, stride >= 1, inputs >= 1 else { return nil }
    let size = inputs + 2 * margin
    let outputs = (size + stride - 1) / stride
    self.init(
      inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
      padding: margin + max((outputs - 1) * stride + kernel - size, 0) / 2)
  }

  /// The input position of an output's first tap; negative before the image.
  func origin(of output: Int) -> Int { output * stride - padding }

  /// The position of an output in the image that is computed.
  func position(of output: Int) -> Int { output * step + phase }

  /// The taps of an output that fall inside the image.
  func taps(of output: Int) -> Range<Int> {
    let lower = min(max(-origin(of: output), 0), kernel)
    return lower..<max(lower, min(kernel, inputs - origin(of: output)))
  }

  /// The output whose tap falls on an input position, if there is one.
  func output(at input: Int, tap: Int) -> Int? {
    let (output, remainder) = (input + padding - tap).quotientAndRemainder(dividingBy: stride)
    return remainder == 0 && 0..<outputs ~= output ? output : nil
  }
}
