import ToolSupport
import WGANSample

WGANSample.tool.main()
