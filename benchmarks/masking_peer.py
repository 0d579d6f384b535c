"""A peer of `bench_masking.py`, in an environment of its own: `masking_peer.py NAME CORPUS` answers each line of input.

It reads the corpus, a JSON list of texts, says "ready", and masks all of it once for each line it gets, answering with
the seconds that took. NAME is presidio (its pattern recognisers alone, no language model) or scrubadub.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def presidio() -> Callable[[str], object]:
    import presidio_analyzer.predefined_recognizers as shipped
    import tldextract.tldextract
    from presidio_analyzer import PatternRecognizer

    # It would fetch the list of top-level domains; the copy it brings along will do.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    names = ("CreditCard", "Email", "Iban", "Ip", "Url", "Date", "UsSsn", "UsPassport", "Crypto")
    recognisers = [getattr(shipped, f"{name}Recognizer")() for name in names]
    assert all(isinstance(recogniser, PatternRecognizer) for recogniser in recognisers)

    def mask(text: str) -> str:
        found = [one for each in recognisers for one in each.analyze(text, each.supported_entities)]
        for result in sorted(found, key=lambda one: -one.start):
            text = text[: result.start] + "*" * (result.end - result.start) + text[result.end :]
        return text

    return mask


def scrubadub_() -> Callable[[str], object]:
    import scrubadub

    scrubber = scrubadub.Scrubber()
    return lambda text: scrubber.clean(text)


def main() -> None:
    mask = {"presidio": presidio, "scrubadub": scrubadub_}[sys.argv[1]]()
    texts = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    mask(texts[0])
    print("ready", flush=True)
    for _ in sys.stdin:
        begin = time.perf_counter()
        for text in texts:
            mask(text)
        print(time.perf_counter() - begin, flush=True)


if __name__ == "__main__":
    main()
