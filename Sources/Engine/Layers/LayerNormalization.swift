/// y = (x − μ)·r, r = 1 / √(σ² + ε), with the mean μ and the variance σ² over all elements of a sample
/// (Ba, Kiros, Hinton 2016). With a `ChannelAffine` after it, this is PyTorch's `GroupNorm` with one
/// group, the form that Gulrajani et al. 2017 use in a critic.
///
/// Write ⟨z⟩ for the mean of z and P z = z − ⟨z⟩ − y·⟨y·z⟩, which is its own transpose. Then v = r·P u
/// and dx = r·P dy. Both depend on x through r and y: over n elements the derivative of Σ dy·v by x is
///
///     −r·(s·y/n + r·(⟨y·u⟩·P dy + ⟨y·dy⟩·P u)),   s = r·Σ dy·P u.
struct LayerNormalization: Layer {
  let shape: Shape
  let epsilon: Double
  var input: Shape { shape }
  var output: Shape { shape }
  var readsOutput: OutputDependency { .value }
  var hasSecondOrderTerm: Bool { true }
  /// r.
  var savedRows: Int { 1 }

  @_specialize(where S == Float)
  func forward<S: Scalar>(_ x: MatrixView<S>, into y: MatrixView<S>, _ context: LayerContext<S>) {
    forEachTile(of: x) { columns, sums, coefficients in
      let (x, sums) = (x.columns(columns), sums.row(0))
      let (mean, scale) = (coefficients.row(0), context.saved.columns(columns).row(0))
      S.columnSums(x, into: sums)
      for column in 0..<columns.count { mean[column] = S(sums[column] / count) }
      S.columnSquareDeviations(x, from: mean, into: sums)
      for column in 0..<columns.count {
        scale[column] = S(1 / (sums[column] / count + epsilon).squareRoot())
      }
      S.affineColumns(x, shift: mean, scale: scale, into: y.columns(columns))
    }
  }

  @_specialize(where S == Float)
  func vjp<S: Scalar>(_ dy: MatrixView<S>, into dx: MatrixView<S>, _ context: LayerContext<S>) {
    project(dy, into: dx, context)
  }

  @_specialize(where S == Float)
  func jvp<S: Scalar>(_ u: MatrixView<S>, into v: MatrixView<S>, _ context: LayerContext<S>) {
    project(u, into: v, context)
  }

  /// r·P z.
  private func project<S: Scalar>(
    _ z: MatrixView<S>, into result: MatrixView<S>, _ context: LayerContext<S>
  ) {
    forEachTile(of: z) { columns, sums, k in
      let (z, y) = (z.columns(columns), context.output.columns(columns))
      let r = context.saved.columns(columns).row(0)
      S.columnSums(z, into: sums.row(0))
      S.columnDots(y, z, into: sums.row(1))
      for column in 0..<columns.count {
        let r = Double(r[column])
        k[0, column] = S(-r * sums[0, column] / count)
        k[1, column] = S(r)
        k[2, column] = S(-r * sums[1, column] / count)
      }
      S.combineColumns(k, z, y, into: result.columns(columns))
    }
  }

  @_specialize(where S == Float)
  func addSecondOrderTerm<S: Scalar>(
    _ u: MatrixView<S>, _ dy: MatrixView<S>, to dx: MatrixView<S>, _ context: LayerContext<S>
  ) {
    forEachTile(of: u) { columns, sums, k in
      let (u, dy, y) = (u.columns(columns), dy.columns(columns), context.output.columns(columns))
      let r = context.saved.columns(columns).row(0)
      S.columnSums(u, into: sums.row(0))
      S.columnSums(dy, into: sums.row(1))
      S.columnDots(y, u, into: sums.row(2))
      S.columnDots(y, dy, into: sums.row(3))
      S.columnDots(u, dy, into: sums.row(4))
      for column in 0..<columns.count {
        let r = Double(r[column])
        let (uMean, dyMean) = (sums[0, column] / count, sums[1, column] / count)
        let (yu, ydy, udy) = (
          sums[2, column] / count, sums[3, column] / count, sums[4, column] / count
        )
        let overCount = r * (udy - uMean * dyMean - yu * ydy)  // s / n
        k[0, column] = S(r * r * (yu * dyMean + ydy * uMean))
        k[1, column] = S(r * (2 * r * yu * ydy - overCount))
        k[2, column] = S(-r * r * yu)
        k[3, column] = S(-r * r * ydy)
      }
      S.addCombinedColumns(k, y, dy, u, into: dx.columns(columns))
    }
  }

  private var count: Double { Double(shape.count) }

  /// Calls `body` for a few columns at a time, with five rows for sums and four for coefficients, on
  /// the stack.
  private func forEachTile<S: Scalar>(
    of view: MatrixView<S>, _ body: (Range<Int>, MatrixView<Double>, MatrixView<S>) -> Void
  ) {
    let width = 16
    withScratch(5 * width) { (sums: Buffer<Double>) in
      withScratch(4 * width) { (coefficients: Buffer<S>) in
        let sums = MatrixView(sums, rows: 5, columns: width)
        let coefficients = MatrixView(coefficients, rows: 4, columns: width)
        for start in stride(from: 0, to: view.columns, by: width) {
          let columns = start..<min(start + width, view.columns)
          let own = 0..<columns.count
          body(columns, sums.columns(own), coefficients.columns(own))
        }
      }
    }
  }
}
