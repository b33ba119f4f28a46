"""The class report: what a class has understood and what not, from the gradebook (scores) and the records (reasons).

`gathering` reads both, `statistics` computes, `examples` shows code that tells nobody's name, and `history` remembers
earlier gradings; `pictures`, `page` and `listing` write it down, and `writing` puts all together.
"""
