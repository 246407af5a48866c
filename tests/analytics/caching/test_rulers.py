"""Where a place in a prompt lies, in the tokens that were reported."""

from analytics.caching.rulers import Rulers
from tests.analytics.caching.conversations import Client, words


def test_without_an_earlier_request_tokens_are_divided_by_weight() -> None:
    call = Client().call(0, words(10), ["system:s:500"], tokens=3000)
    ruler = Rulers().measure(call)
    assert ruler.at(call.prompt.first(1)) == 1000
    assert ruler.at(call.prompt.first(6)) == 2000
    assert ruler.at(call.prompt) == 3000


def test_where_an_earlier_request_ended_its_own_total_counts() -> None:
    client, rulers = Client(), Rulers()
    first = client.call(0, words(10), tokens=5000)
    second = client.call(1, words(20), tokens=8000)
    rulers.measure(first)
    ruler = rulers.measure(second)
    assert ruler.at(first.prompt) == 5000
    assert ruler.at(second.prompt.first(15)) == 6500
    assert ruler.at(second.prompt.first(5)) == 2500


def test_another_models_total_does_not_count() -> None:
    client, rulers = Client(), Rulers()
    rulers.measure(client.call(0, words(10), tokens=5000, model="claude-haiku-4-5"))
    second = client.call(1, words(20), tokens=6000)
    assert rulers.measure(second).at(second.prompt.first(10)) == 3000


def test_a_call_that_hardly_grew_did_not_read_all_that_its_parent_did() -> None:
    client, rulers = Client(), Rulers()
    rulers.measure(client.call(0, words(10), tokens=1000))
    second = client.call(1, words(20), tokens=1010)
    assert rulers.measure(second).at(second.prompt.first(10)) == 505


def test_a_preamble_that_was_read_has_the_size_that_was_reported() -> None:
    client, rulers = Client(), Rulers()
    system = ["system:s:2000"]
    first = client.call(0, words(20), system, tokens=4000, reported_read=2400)
    ruler = rulers.measure(first)
    rulers.learn(first, first.prompt.first(1), ruler.at(first.prompt.first(1)))
    other = client.call(1, words(40, 100), system, tokens=6000)
    assert rulers.measure(other).at(other.prompt.first(1)) == 2400


def test_a_reported_size_far_from_the_estimate_is_of_something_else() -> None:
    client, rulers = Client(), Rulers()
    first = client.call(0, words(20), ["system:s:2000"], tokens=4000, reported_read=3900)
    ruler = rulers.measure(first)
    rulers.learn(first, first.prompt.first(1), ruler.at(first.prompt.first(1)))
    assert not rulers.preambles
