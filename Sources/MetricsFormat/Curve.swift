/// A point of a curve.
package struct Point: Equatable {
  /// Steps.
  package var x: Double
  /// The value there.
  package var y: Double
}

/// The values of a metric as a pen draws them: of every few only the least and the greatest, which is
/// what a pen as wide as a pixel would leave of all of them. Memory grows with the picture alone.
struct Curve {
  /// Where the pen goes.
  private(set) var points: [Point] = []
  /// The running median.
  private(set) var medians: [Point] = []

  /// The least and the greatest value since the pen was lifted.
  private var stroke: (least: Point, greatest: Point)?
  private let span: Int?
  private var window: [Point] = []

  /// Begins a curve.
  ///
  /// - Parameter span: Values to a median, odd, so that it is one of them; nil for no medians.
  init(median span: Int?) { self.span = span }

  /// Takes the next value.
  mutating func append(_ point: Point) {
    let (least, greatest) = stroke ?? (point, point)
    stroke = (point.y < least.y ? point : least, point.y > greatest.y ? point : greatest)
    guard let span else { return }
    window.append(point)
    guard window.count == span else { return }
    medians.append(
      Point(x: (window[0].x + point.x) / 2, y: window.map(\.y).sorted()[span / 2]))
    // Each window begins half a window after the one before.
    window.removeFirst((span + 1) / 2)
  }

  /// Draws what came since the last time.
  mutating func lift() {
    guard let (least, greatest) = stroke else { return }
    stroke = nil
    points.append(least.x <= greatest.x ? least : greatest)
    if least != greatest { points.append(least.x <= greatest.x ? greatest : least) }
  }
}
