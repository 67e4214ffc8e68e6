import CKernels
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// An access outside a buffer or a matrix ends the process.
@Suite struct StorageTests {
  /// Kinds of access that reach `by` elements past the end.
  enum Reach: String, CaseIterable, Codable {
    case index, negativeIndex, slice, suffix, copyOfRun, boundRun
    case element, elementOfRow, rows, columns, row, everyOtherRow, copyOfBlock, blockOfRun
    case productRows, productDepth, productBias, window, windowBefore, windowPart
    case winogradPlaces, winogradRows, winogradColumns, transpose
    case scaledBlock, maskedBlock, columnSums, rowSums, normalizedRows, coefficients
    case gatheredImage, gatheredPixels, gatheredColumns, adam, rmsprop

    func reach(by extra: Int) throws {
      let workspace = Workspace<Float>()
      let run = workspace.buffer(12)
      let block = workspace.matrix(rows: 4, columns: 6)
      let other = workspace.matrix(rows: 4 + extra, columns: 6)
      let wide = workspace.matrix(rows: 4, columns: 6 + extra)
      try withExtendedLifetime(workspace) {
        switch self {
        case .index: run[11 + extra] = 1
        case .negativeIndex: _ = run[-extra]
        case .slice: _ = run[3..<12 + extra]
        case .suffix: _ = run.dropFirst(12 + extra)
        case .copyOfRun: run.copy(workspace.buffer(12 + extra))
        case .boundRun: _ = run.prefix(6 + extra).bound(to: Int64.self)
        case .element: block[3 + extra, 0] = 1
        case .elementOfRow: _ = block[1, 5 + extra]
        case .rows: _ = block.rows(1..<4 + extra)
        case .columns: _ = block.columns(-extra..<2)
        case .row: _ = block.row(3 + extra)
        case .everyOtherRow: _ = block.rows(from: 1 + extra, by: 2)
        case .copyOfBlock: block.copy(wide)
        case .blockOfRun: _ = MatrixView(run, rows: 3, columns: 4 + extra)
        case .productRows, .productDepth, .productBias:
          Float.product(
            MatrixOperand(self == .productRows ? other : block),
            MatrixOperand(
              workspace.matrix(rows: self == .productDepth ? 6 + extra : 6, columns: 3)),
            bias: workspace.buffer(self == .productBias ? 4 + extra : 4), adding: false,
            into: workspace.matrix(rows: 4, columns: 3))
        case .window, .windowBefore, .windowPart:
          // Rows 0, 1 and 4, 5 of ten, from row 4 on.
          let window = WindowOffsets(taps: [2, 2], pitches: [4, 1], channels: 1)
          let part = window.parts([0..<(self == .windowPart ? 2 + extra : 2), 0..<2])[0]
          let origin = self == .windowBefore ? -extra : 4 + (self == .window ? extra : 0)
          _ = MatrixOperand(
            workspace.matrix(rows: 10, columns: 3), under: part, of: window, from: origin)
        case .winogradPlaces, .winogradRows, .winogradColumns:
          let places = Offsets(Array(0..<121))
          let fewer = Offsets(Array(0..<121 - extra))
          Float.winograd(
            (WINOGRAD_INPUT_4X5, WINOGRAD_INPUT_4X5), transposed: false,
            rows: self == .winogradRows ? 1 + extra : 1,
            columns: self == .winogradColumns ? 6 + extra : 6,
            GatherView(workspace.matrix(rows: 121, columns: 6), rows: places), bias: nil,
            adding: (0, 0),
            into: GatherView(
              workspace.matrix(rows: 122, columns: 7),
              rows: self == .winogradPlaces ? fewer : places))
        case .transpose: Float.transpose(other, into: workspace.matrix(rows: 6, columns: 4))
        case .scaledBlock: Float.addScaled(block, by: 1, to: other)
        case .maskedBlock:
          Float.applyMask(
            workspace.matrix(rows: 1, columns: 6), scale: 2,
            to: workspace.matrix(rows: 32 + extra, columns: 6))
        case .columnSums: Float.columnSquares(wide, into: workspace.buffer(6))
        case .rowSums: Float.addRowSums(other, into: workspace.buffer(4))
        case .normalizedRows:
          Float.scaleRows(
            block, by: workspace.buffer(2), shift: workspace.buffer(2 - extra), into: block)
        case .coefficients:
          Float.combineColumns(
            workspace.matrix(rows: 3 - extra, columns: 6), block, block, into: block)
        case .gatheredImage, .gatheredPixels, .gatheredColumns:
          let file = try scratchImages(count: 3)
          let images = try #require(StoredTensor<UInt8>("images", in: TensorFile(file.file.path)))
          let indices: [UInt32] = [0, self == .gatheredImage ? 2 + UInt32(extra) : 2]
          Float.gather(
            images, size: 36, from: self == .gatheredPixels ? 32 + extra : 32, indices.span,
            into: workspace.matrix(rows: 4, columns: self == .gatheredColumns ? 2 + extra : 2))
        case .adam, .rmsprop:
          let longer = workspace.buffer(12 + extra)
          let constants = AdamConstants<Float>(
            rate: 1, beta1: 0, beta2: 0, epsilon: 1, power1: 0, power2: 0)
          if self == .adam { return Float.adam(longer, run, run, longer, constants) }
          Float.rmsprop(
            longer, longer, run,
            RMSPropConstants(alpha: 0, rate: 1, epsilon: 1))
        }
      }
    }
  }

  @Test(arguments: Reach.allCases)
  func `an access inside works, and one element past the end ends the process`(_ way: Reach)
    async throws
  {
    try way.reach(by: 0)
    await #expect(processExitsWith: .failure) { [way] in
      // The process ends with a signal, not with an error.
      try? way.reach(by: 1)
    }
  }
}
