/// A convolution of stride 1 over an image of which every position is repeated `factor` times, done
/// on the small image.
///
/// Outputs whose position leaves the same rest by the factor, a *phase*, see the small image alike:
/// several taps fall on one position, so their weights are summed first. A 3 × 3 kernel over an
/// image of twice the size is four 2 × 2 kernels over the small one: 4/9 of the work.
struct UpsampledWindow: Sendable {
  let factor: Int
  /// Taps of the kernel over the large image, and positions before it where the first output's
  /// begin.
  let kernel: Int, padding: Int

  /// The window of a phase; `outputs` counts those of all phases.
  func window(phase: Int, inputs: Int, outputs: Int) -> Window {
    Window(
      inputs: inputs, outputs: (outputs - phase + factor - 1) / factor, kernel: taps(of: phase),
      padding: -position(of: 0, phase), step: factor, phase: phase)
  }

  /// Taps of a phase's kernel.
  func taps(of phase: Int) -> Int { tap(kernel - 1, in: phase) + 1 }

  /// Where a tap of the kernel is among those of a phase.
  func tap(_ tap: Int, in phase: Int) -> Int { position(of: tap, phase) - position(of: 0, phase) }

  /// The position in the small image, from that of the output, on which a tap falls.
  private func position(of tap: Int, _ phase: Int) -> Int {
    let place = phase + tap - padding
    return place >= 0 ? place / factor : -((factor - 1 - place) / factor)
  }
}
