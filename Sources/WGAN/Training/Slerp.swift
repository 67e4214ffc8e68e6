/// Spherical linear interpolation: the weights of two vectors at the points that divide the arc
/// between them into n equal parts, sin((n − k)θ) / sin(nθ) and sin(kθ) / sin(nθ), k = 0 … n, where
/// cos(nθ) is the cosine of the angle between the vectors.
///
/// The weights come from the Chebyshev polynomials of x = cos θ, Tₙ(x) = cos(nθ) and
/// Uₖ₋₁(x) = sin(kθ) / sin θ. They need only sums and products, so the bits do not depend on a math
/// library.
struct Slerp {
  /// Uₖ₋₁(x), k = 0 … n.
  private let sines: [Double]

  /// Divides an arc into equal parts.
  ///
  /// - Precondition: parts ≥ 1.
  init(cosine: Double, parts: Int) {
    // The arc between opposite vectors is not unique, and a zero vector has no angle (NaN): both
    // are interpolated linearly.
    let cosine = cosine > -1 + 1e-9 ? min(cosine, 1) : 1
    var (low, high) = (-1.0, 1.0)
    while case let x = (low + high) / 2, low < x, x < high {
      if Self.reaches(x, cosine, parts) { high = x } else { low = x }
    }
    var sines = [0.0, 1.0]
    while sines.count <= parts {
      sines.append(2 * high * sines[sines.count - 1] - sines[sines.count - 2])
    }
    self.sines = sines
  }

  /// Returns whether `parts` times the angle with cosine `x` is at most the angle with this cosine,
  /// which is at most π.
  private static func reaches(_ x: Double, _ cosine: Double, _ parts: Int) -> Bool {
    var (cosines, sines) = ((1.0, x), (0.0, 1.0))
    for _ in 1..<parts {
      cosines = (cosines.1, 2 * x * cosines.1 - cosines.0)
      sines = (sines.1, 2 * x * sines.1 - sines.0)
      if sines.1 < 0 { return false }
    }
    return cosines.1 >= cosine
  }

  /// The weights of both vectors at point `index`.
  subscript(index: Int) -> (Double, Double) {
    let (parts, last) = (sines.count - 1, sines[sines.count - 1])
    return (sines[parts - index] / last, sines[index] / last)
  }
}
