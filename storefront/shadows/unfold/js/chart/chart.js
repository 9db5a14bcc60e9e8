// Charts of the desks are drawn as SVG by the server; Unfold's library for canvases is not sent.
