"""Pages in a headless Chromium, over its DevTools protocol on two pipes."""
import base64
import json
import os
import subprocess
import tempfile


class Browser:
    """One Chromium with one page; calls are methods of the DevTools protocol."""

    def __init__(self):
        self.home = tempfile.TemporaryDirectory()
        read, to_browser = os.pipe()
        from_browser, write = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec chromium "$@" 3<&{read} 4>&{write}', "sh", "--headless=new", "--no-sandbox", "--disable-gpu",
             "--no-first-run", "--hide-scrollbars", f"--user-data-dir={self.home.name}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=(read, write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.home.name})
        os.close(read)
        os.close(write)
        self.commands, self.answers = os.fdopen(to_browser, "wb"), os.fdopen(from_browser, "rb")
        self.pending, self.number, self.session, self.events = b"", 0, None, []
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Network.enable")

    def message(self):
        while b"\0" not in self.pending:
            more = os.read(self.answers.fileno(), 1 << 20)
            if not more:
                raise RuntimeError("Chromium ended")
            self.pending += more
        text, self.pending = self.pending.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        self.commands.write(json.dumps(command).encode() + b"\0")
        self.commands.flush()
        while True:
            answer = self.message()
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", "script failed"))
        return result["result"].get("value")

    def show(self, path, width=1440, dark=False):
        """Opens a page of `width` CSS pixels and waits until it is drawn."""
        self.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url=f"file://{os.path.abspath(path)}")
        self.evaluate("""new Promise((done, fail) => { let tries = 0; const look = () =>
            document.body && document.body.dataset.state === "drawn" ? requestAnimationFrame(() => requestAnimationFrame(done))
            : ++tries > 600 ? fail(new Error("the page is not drawn")) : setTimeout(look, 50); look(); })""")

    def requests(self):
        return [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]

    def picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        image = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                          clip={"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000), "scale": 1})
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))

    def paper(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"]))

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.home.cleanup()
