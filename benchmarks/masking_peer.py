"""A peer of `bench_masking.py`, in an environment of its own: `masking_peer.py NAME CORPUS` answers each line of input.

It reads the corpus, a JSON list of texts, says "ready", and masks all of it once for each line it gets, answering with
the seconds of the processor that took. NAME is presidio (its general pattern recognisers and those of its default
country, no language model), presidio-shared (of these the ones whose kinds are ours or stand in for ours: identity
numbers and passports), or scrubadub (of what it looks for by default the same; handles of Twitter and web addresses
are none of ours).
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path


def presidio(*, shared: bool = False) -> Callable[[str], object]:
    import presidio_analyzer.predefined_recognizers as shipped
    import tldextract.tldextract
    from presidio_analyzer import PatternRecognizer

    # It would fetch the list of top-level domains; the copy it brings along will do.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    names = ["CreditCard", "Email", "Iban", "UsSsn", "UsPassport"]
    names += [] if shared else ["Ip", "Url", "Date", "Crypto"]
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

    kinds = ["credential", "credit_card", "email", "phone", "social_security_number"]
    scrubber = scrubadub.Scrubber(detector_list=kinds)
    return lambda text: scrubber.clean(text)


def main() -> None:
    peers = {"presidio": presidio, "presidio-shared": partial(presidio, shared=True), "scrubadub": scrubadub_}
    mask = peers[sys.argv[1]]()
    texts = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    mask(texts[0])
    print("ready", flush=True)
    for _ in sys.stdin:
        begin = time.process_time()
        for text in texts:
            mask(text)
        print(time.process_time() - begin, flush=True)


if __name__ == "__main__":
    main()
