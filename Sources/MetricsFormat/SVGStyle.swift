/// Each colour of a light page, and what stands for it on a dark one.
private let darkColors = [
  ("222222", "ededed"), ("555555", "a8adb3"), ("999999", "6c7278"), ("e4e4e4", "2b3035"),
  ("9cc4e6", "2f5f88"), ("0067a5", "6ab4f0"), ("d55e00", "f59148"), ("777777", "8f959c"),
]

/// What gnuplot has drawn as SVG, light or dark as its reader has chosen, named for those who cannot
/// see it, and without what draws nothing.
package func styledSVG(_ picture: String) -> String {
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
    picture
    .replacing("<svg ", with: "<svg role=\"img\" aria-label=\"Curves of the training\" ")
    .replacing(/<title>[^<]*<\/title>/, with: "<style>\(style) }</style>", maxReplacements: 1)
    .replacing(/<title>curves[^<]*<\/title>/, with: "")
    .replacing(/<g [^>]*>\n<\/g>\n/, with: "")
    // gnuplot pads the numbers in one place and not in another.
    .replacing(/rgb\([^)]*\)/) { color in color.output.filter { $0 != " " } }
}
