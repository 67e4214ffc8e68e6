import Testing

@testable import ImageFormat

@Suite("Image grids") struct ImageGridTests {
  static let defaults = [(1, 1, 1), (2, 2, 1), (3, 2, 2), (5, 3, 2), (10, 4, 3), (64, 8, 8)]

  @Test("By default a grid is square, or has one row less", arguments: defaults)
  func defaultColumns(count: Int, columns: Int, rows: Int) throws {
    let grid = try #require(ImageGrid(count: count, channels: 1, imageHeight: 2, imageWidth: 3))
    #expect(grid.columns == columns && grid.rows == rows)
    #expect(grid.width == 3 * columns && grid.height == 2 * rows)
  }

  @Test("Images are in reading order, with padding between and around them") func order() throws {
    let grid = try #require(
      ImageGrid(count: 3, channels: 1, imageHeight: 1, imageWidth: 2, columns: 2, padding: 1))
    let edge = ImageGrid.background
    #expect(
      grid.draw([1, 2, 3, 4, 5, 6]) == [
        edge, edge, edge, edge, edge, edge, edge,
        edge, 1, 2, edge, 3, 4, edge,
        edge, edge, edge, edge, edge, edge, edge,
        edge, 5, 6, edge, edge, edge, edge,
        edge, edge, edge, edge, edge, edge, edge,
      ])
  }

  @Test("Pixels are scaled to squares, and padding is not scaled") func scale() throws {
    let grid = try #require(
      ImageGrid(count: 1, channels: 1, imageHeight: 1, imageWidth: 2, padding: 1, scale: 2))
    let edge = ImageGrid.background
    #expect(
      grid.draw([1, 2]) == [
        edge, edge, edge, edge, edge, edge,
        edge, 1, 1, 2, 2, edge,
        edge, 1, 1, 2, 2, edge,
        edge, edge, edge, edge, edge, edge,
      ])
  }

  @Test("Planar channels are interleaved on the canvas") func channels() throws {
    let grid = try #require(
      ImageGrid(count: 2, channels: 3, imageHeight: 2, imageWidth: 1, columns: 2))
    let pixels: [UInt8] = [1, 2, 11, 12, 21, 22] + [3, 4, 13, 14, 23, 24]
    #expect(grid.draw(pixels) == [1, 11, 21, 3, 13, 23] + [2, 12, 22, 4, 14, 24])
  }

  @Test("There are at most as many columns as images") func fewImages() throws {
    let grid = try #require(
      ImageGrid(count: 3, channels: 1, imageHeight: 1, imageWidth: 1, columns: .max))
    #expect(grid.columns == 3 && grid.rows == 1 && grid.width == 3)
  }

  @Test("A canvas has at most 65,535 pixels per side and 2 GiB") func limits() {
    func fits(
      _ count: Int, _ size: Int, channels: Int = 1, columns: Int? = nil, padding: Int = 0,
      scale: Int = 1
    ) -> Bool {
      ImageGrid(
        count: count, channels: channels, imageHeight: size, imageWidth: size, columns: columns,
        padding: padding, scale: scale) != nil
    }
    #expect(fits(65_535, 1, columns: 65_535))
    #expect(!fits(65_536, 1, columns: 65_536))
    #expect(!fits(65_536, 1, columns: 1))
    #expect(fits(1, 46_340) && !fits(1, 46_342))
    #expect(fits(1, 26_000, channels: 3) && !fits(1, 27_000, channels: 3))
    #expect(!fits(1, 1, scale: .max) && !fits(1, 1, padding: .max) && !fits(.max, 1))
    #expect(!fits(.max, .max, columns: .max, padding: .max, scale: .max))
  }
}
