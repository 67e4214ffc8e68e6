import ToolSupport
import WGANPlot

WGANPlot.tool.main()
