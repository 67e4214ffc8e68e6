/// Each color of the light style, and its counterpart in the dark style.
private let darkColors = [
  ("222222", "ededed"), ("555555", "a8adb3"), ("999999", "6c7278"), ("e4e4e4", "2b3035"),
  ("9cc4e6", "2f5f88"), ("0067a5", "6ab4f0"), ("d55e00", "f59148"), ("777777", "8f959c"),
]

/// Improves an SVG of gnuplot: adds a dark mode and a label for screen readers, and removes empty
/// groups.
package func styledSVG(_ svg: String) -> String {
  var style = "text { font-family: system-ui, sans-serif } @media (prefers-color-scheme: dark) {"
  style += " [fill='#ffffff'] { fill: #16191d }"
  for (light, dark) in darkColors {
    let number = Int(light, radix: 16) ?? 0
    let color = "rgb(\(number >> 16),\(number >> 8 & 255),\(number & 255))"
    for part in ["fill", "stroke", "color"] {
      style += " [\(part)='\(color)'] { \(part): #\(dark) }"
    }
  }
  return
    svg
    .replacing("<svg ", with: "<svg role=\"img\" aria-label=\"Training curves\" ")
    .replacing(/<title>[^<]*<\/title>/, with: "<style>\(style) }</style>", maxReplacements: 1)
    .replacing(/<title>curves[^<]*<\/title>/, with: "")
    .replacing(/<g [^>]*>\n<\/g>\n/, with: "")
    // gnuplot pads color numbers with spaces in some places only.
    .replacing(/rgb\([^)]*\)/) { color in color.output.filter { $0 != " " } }
}
