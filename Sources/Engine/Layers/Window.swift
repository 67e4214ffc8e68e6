/// Where a kernel meets an image along one axis: which tap of which output falls on which input
/// position. What lies outside the image is left out, not multiplied by zero.
struct Window: Equatable, Sendable {
  /// Positions in; outputs that it makes.
  let inputs: Int, outputs: Int
  /// Taps of the kernel, and how far it moves.
  let kernel: Int, stride: Int
  /// Positions before the image on which the first output's taps begin.
  let padding: Int
  /// Output i is position i · step + phase of the image that is made.
  let step: Int, phase: Int

  init(
    inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int, step: Int = 1,
    phase: Int = 0
  ) {
    (self.inputs, self.outputs) = (inputs, outputs)
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    (self.step, self.phase) = (step, phase)
  }

  /// A window over an image with a frame of `frame` zeros and `padding` on both sides (PyTorch's);
  /// `nil` when nothing fits.
  init?(inputs: Int, frame: Int = 0, kernel: Int, stride: Int, padding: Int) {
    guard kernel >= 1, stride >= 1, 0..<kernel ~= padding,
      inputs + 2 * (frame + padding) >= kernel
    else { return nil }
    self.init(
      inputs: inputs, outputs: (inputs + 2 * (frame + padding) - kernel) / stride + 1,
      kernel: kernel, stride: stride, padding: frame + padding)
  }

  /// A window with ⌈(inputs + 2 · frame) / stride⌉ outputs, what it takes of padding being shared,
  /// the odd one behind (TensorFlow's "same").
  init?(inputs: Int, frame: Int = 0, kernel: Int, stride: Int) {
    guard kernel >= 1, stride >= 1, inputs >= 1 else { return nil }
    let size = inputs + 2 * frame
    let outputs = (size + stride - 1) / stride
    self.init(
      inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
      padding: frame + max((outputs - 1) * stride + kernel - size, 0) / 2)
  }

  /// The input position of an output's first tap; before the image it is negative.
  func origin(of output: Int) -> Int { output * stride - padding }

  /// The position of an output in the image that is made.
  func place(of output: Int) -> Int { output * step + phase }

  /// The taps of an output that fall inside the image.
  func taps(of output: Int) -> Range<Int> {
    let lower = min(max(-origin(of: output), 0), kernel)
    return lower..<max(lower, min(kernel, inputs - origin(of: output)))
  }

  /// The output of which `tap` falls on an input position, if there is one.
  func output(at input: Int, tap: Int) -> Int? {
    let (output, rest) = (input + padding - tap).quotientAndRemainder(dividingBy: stride)
    return rest == 0 && 0..<outputs ~= output ? output : nil
  }
}
