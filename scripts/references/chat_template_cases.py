"""Small templates, each for one corner of what chat templates may use.

Every one is rendered with VARIABLES by jinja2, as transformers sets it up, and
by the compiled form; texts must be equal and errors must be errors in both.
"""

VARIABLES = {
    "messages": [
        {"role": "system", "content": " Be brief. "},
        {"role": "user", "content": "Hi <b>\"there\"</b> & 'you'"},
        {"role": "assistant", "content": "Hello\n\nWorld", "n": 3},
        {"role": "user", "content": "Straße ÉCOLE ΟΔΟΣ 中文 😀"},
    ],
    "add_generation_prompt": True,
    "name": "Ada",
    "empty": "",
    "zero": 0,
    "one": 1,
    "minus": -7,
    "big": 9007199254740993,
    "pi": 3.14159,
    "tiny": 1e-07,
    "huge": 1e22,
    "yes": True,
    "no": False,
    "nothing": None,
    "words": ["beta", "Alpha", "gamma", "alpha"],
    "numbers": [3, 1, 2.5, -4, True],
    "mixed": [1, "1", 1.0, None, [1], {"a": 1}],
    "nested": {"a": {"b": [10, 20, {"c": "deep"}]}, "items": "shadow", "k 1": 1},
    "dict": {"z": 1, "a": "two", "M": [3], "n": None},
    "text": "  the quick  brown\tfox\n",
    "lines": "one\ntwo\r\nthree\n\nfour",
    "quoted": "it's \"q\" \\ \t\u00ad\u200b\x7f é\U0001f600",
}

# One a line.
SNIPPETS = r"""
plain text
{{ name }}
{{ 'a' "b" 'c' }}
{{ 'tab\tnl\nq\'\"\\ \x41\u00e9\U0001F600 \q \101 \/' }}
{{ 'back\ü' }}
{{ 1 }} {{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 00 }}
{{ 1.5 }} {{ 1e3 }} {{ 1.5e-7 }} {{ 1e16 }} {{ 123456789.123456789 }} {{ 1_0.2_5 }} {{ 1e400 }}
{{ true }} {{ True }} {{ none }} {{ None }} {{ false }}
{{ undefined_name }}|{{ undefined_name is defined }}
{{ nested.missing }}|{{ nested['missing'] }}|{{ nested.a.b[7] }}
{{ undefined_name.x }}
{{ undefined_name['x'] }}
{{ undefined_name() }}
{{ undefined_name + 1 }}
{{ 1 + undefined_name }}
{{ undefined_name ~ 'x' }}
{{ undefined_name == undefined_other }} {{ undefined_name == none }} {{ undefined_name != 1 }}
{{ undefined_name < 1 }}
{{ undefined_name in [1] }} {{ 1 in undefined_name }} {{ undefined_name in {'a': 1} }}
{{ undefined_name in 'abc' }}
{{ undefined_name|length }} {{ undefined_name|list }} {{ undefined_name|upper }} {{ undefined_name|join(',') }}
{{ undefined_name|tojson }}
{{ [undefined_name] }}
{{ [undefined_name]|tojson }}
{{ undefined_name|default('d') }} {{ empty|default('d') }} {{ empty|default('d', true) }} {{ nothing|default('d') }} {{ nothing|d('d', boolean=true) }}
{% for x in undefined_name %}x{% else %}none{% endfor %}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2 ** 0.5 }}
{{ 7.5 // 2 }} {{ -7.5 // 2 }} {{ 7.5 % 2 }} {{ -7.5 % 2 }} {{ 7.5 % -2 }} {{ -0.0 }} {{ 0.0 * -1 }}
{{ 1 / 0 }}
{{ 1 % 0 }}
{{ 1.0 // 0 }}
{{ 0 ** -1 }}
{{ -2 ** 2 }} {{ 2 ** 3 ** 2 }} {{ -one|abs }} {{ (-1)|abs }} {{ --one }} {{ +one }} {{ not one }} {{ not not one }}
{{ 1 + 2 * 3 - 4 / 2 }} {{ (1 + 2) * 3 }} {{ 1 ~ 2 + 3 }} {{ 1 + 2 ~ 3 }} {{ 'a' ~ 1 ~ none ~ 1.0 ~ true }}
{{ 'a' + 'b' }} {{ [1] + [2] }} {{ (1,) + (2,) }} {{ 'ab' * 3 }} {{ 3 * 'ab' }} {{ [1, 2] * 2 }} {{ 'x' * -1 }}|
{{ 'a' + 1 }}
{{ [1] + (2,) }}
{{ 'a' - 'b' }}
{{ {} + {} }}
{{ true + true }} {{ true * 3 }} {{ true ~ '' }} {{ 1 == true }} {{ 0 == false }} {{ 1 == 1.0 }} {{ '1' == 1 }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 >= 2 != 1 }} {{ 1 < 2 == true }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ (1,) <= (1, 2) }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ [1] < [none] }}
{{ big + 0.0 == big }} {{ big == 9007199254740992.0 }} {{ big > 9007199254740992.0 }}
{{ 'ell' in 'hello' }} {{ 'x' not in 'hello' }} {{ 1 in [1.0] }} {{ 'a' in {'a': 1} }} {{ 2 in (1, 2) }} {{ 3 in range(5) }} {{ 2.0 in range(5) }} {{ 9 in range(0, 20, 3) }}
{{ 1 in 'abc' }}
{{ 1 in 5 }}
{{ [1] in {'a': 1} }}
{{ 'content' in messages[0] }} {{ 'tool_calls' in messages[0] }} {{ not 'x' in messages[0] }}
{{ 1 and 2 }} {{ 0 and 2 }} {{ 0 or 2 }} {{ '' or 'x' }} {{ none or false }} {{ 1 or undefined_name.x }} {{ 0 and undefined_name.x }}
{{ 'a' if one else 'b' }} {{ 'a' if zero else 'b' }} {{ 'a' if zero }}|{{ ('a' if zero) is defined }} {{ 'a' if zero else 'b' if zero else 'c' }}
{{ ('a' if zero).x }}
{{ [1, 'a', none, 1.5, true, [2], (3,), {'k': 'v'}] }}
{{ () }} {{ (1,) }} {{ (1, 2) }} {{ 1, 2 }} {{ [] }} {{ {} }} {{ [1, 2,] }} {{ {'a': 1,} }}
{{ {'a': 1, 'b': {'c': [1, 2]}} }} {{ {1: 'x', 1.0: 'y', true: 'z'} }} {{ {none: 1, (1, 2): 2} }}
{{ {[1]: 2} }}
{{ "it's" }} {{ ["it's"] }} {{ ['a"b'] }} {{ ["'\""] }} {{ ['\n\t\\'] }} {{ [quoted] }}
{{ messages }}
{{ dict }} {{ nested }}
{{ pi }} {{ tiny }} {{ huge }} {{ [pi, tiny, huge] }} {{ 100000.0 }} {{ 1e15 }} {{ 0.0001 }} {{ 0.00001 }}
{{ messages[0].role }} {{ messages[0]['role'] }} {{ messages[-1].role }} {{ messages.0.role }} {{ messages[1:][0].role }} {{ words.1 }}
{{ messages[true].role }} {{ words['1'] }}| {{ words[1.0] }}| {{ words[none] }}| {{ words[10] }}|
{{ nested.items() }}
{{ nested['items'] }} {{ dict['items'] is defined }} {{ dict['items']['x'] is defined }} {{ dict.nope is defined }}
{{ nested['k 1'] }} {{ nested.a['b'][2].c }} {{ nested.get('a').get('b')[0] }} {{ nested.get('q') }} {{ nested.get('q', 5) }}
{{ nested.get() }}
{{ nested.get('a', 'b', 'c') }}
{{ dict.keys() }} {{ dict.values() }} {{ dict.items() }} {{ dict.items()|list }} {{ dict.keys()|first }} {{ dict|list }}
{{ dict.items()[0] }}|
{{ dict|items|list }} {{ undefined_name|items|list }}
{{ words|items|list }}
{{ dict.update({'a': 1}) }}
{{ words.append('x') }}
{% set _ = words.append('x') %}
{{ words.append is defined }} {{ dict.pop is defined }} {{ dict.pop }}|
{{ name.__class__ }}|{{ name.__class__ is defined }}
{{ name.__class__.__mro__ }}
{{ words[1:3] }} {{ words[:2] }} {{ words[2:] }} {{ words[:] }} {{ words[::-1] }} {{ words[::2] }} {{ words[-2:] }} {{ words[5:] }} {{ words[:-1] }} {{ words[3:0:-1] }} {{ words[-100:100] }}
{{ 'hello'[1:3] }} {{ 'hello'[::-1] }} {{ 'hello'[-1] }} {{ 'hello'[0] }} {{ 'hello'[9] }}| {{ 'häü😀x'[1:4] }} {{ 'häü😀x'[::-1] }} {{ 'häü😀x'[3] }}
{{ (1, 2, 3)[::-1] }} {{ range(10)[2:8:3] }} {{ range(10)[::-1] }} {{ range(10)[-1] }} {{ range(5)[9] }}|
{{ words[::0] }}
{{ words['a':] }}
{{ nothing[1:] }}
{{ undefined_name[1:] }}
{{ dict[1:] }}
{{ range(3) }} {{ range(1, 4)|list }} {{ range(5, 0, -2)|list }} {{ range(0)|list }} {{ range(1, 10, 4) }} {{ range(3)|length }} {{ range(true)|list }}
{{ range(1.5) }}
{{ range() }}
{{ range(1, 2, 0) }}
{{ range(1000000)|length }}
{{ text.strip() }}|{{ text.lstrip() }}|{{ text.rstrip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'abcba'.lstrip('ab') }}|{{ 'abcba'.rstrip('ab') }}|{{ '\u2003a\u00a0'.strip() }}|{{ ' a '.strip(none) }}|
{{ 'a,b,,c'.split(',') }} {{ 'a,b,,c'.split(',', 1) }} {{ 'a,b,,c'.rsplit(',', 1) }} {{ '  a  b '.split() }} {{ '  a  b c '.split(none, 1) }} {{ ' a  b c '.rsplit(none, 1) }} {{ ''.split(',') }} {{ ''.split() }} {{ 'abc'.split('') }}
{{ 'a</think>b</think>c'.split('</think>')[-1].lstrip('\n') }} {{ 'a</think>b'.split('</think>')|first }} {{ 'x'.split('</think>')|last }}
{{ 'a b'.split(sep=' ', maxsplit=-1) }} {{ 'a b c'.split(maxsplit=1) }}
{{ 'a'.split(1) }}
{{ lines.splitlines() }} {{ lines.splitlines(true) }} {{ 'a\x0bb\x1cc\u2028d\x85e'.splitlines() }} {{ ''.splitlines() }}
{{ 'hello'.startswith('he') }} {{ 'hello'.startswith(('x', 'he')) }} {{ 'hello'.endswith('lo') }} {{ 'hello'.startswith('l', 2) }} {{ 'hello'.endswith('l', 0, 4) }} {{ 'hello'.startswith('') }} {{ 'hello'.startswith('', 9) }} {{ 'hello'.endswith(('a', 'o')) }}
{{ 'hello'.startswith(['h']) }}
{{ 'hello'.startswith(none) }}
{{ 'hello'.find('l') }} {{ 'hello'.rfind('l') }} {{ 'hello'.find('z') }} {{ 'hello'.index('l') }} {{ 'hällo'.find('l') }} {{ 'hello'.count('l') }} {{ 'hello'.count('') }} {{ 'hello'.find('l', 3) }} {{ 'hello'.find('l', -2, -1) }} {{ 'aaaa'.count('aa') }}
{{ 'hello'.index('z') }}
{{ 'aXbXc'.replace('X', '-') }} {{ 'aXbXc'.replace('X', '-', 1) }} {{ 'abc'.replace('', '.') }} {{ 'abc'.replace('', '.', 2) }} {{ 'aaa'.replace('aa', 'b') }} {{ 'é'.replace('', '-') }}
{{ 'a'.replace('a') }}
{{ 'a'.replace('a', 1) }}
{{ ', '.join(['a', 'b']) }} {{ ''.join('xyz') }} {{ '-'.join(dict) }}
{{ ', '.join([1, 2]) }}
{{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('=') }} {{ 'abc'.rpartition('=') }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('bc') }} {{ 'abc'.removeprefix('x') }}
{{ 'abc'.center(8) }}| {{ 'abc'.center(8, '*') }} {{ 'abc'.ljust(5) }}| {{ 'abc'.rjust(5, '.') }} {{ '-42'.zfill(6) }} {{ '42'.zfill(1) }} {{ 'ab'.center(5) }}| {{ 'é'.center(4, '😀') }}
{{ 'hello World'.upper() }} {{ 'HeLLo'.lower() }} {{ 'hello world'.title() }} {{ "they're bill's".title() }} {{ 'hELLO wORLD'.capitalize() }} {{ 'ßtraße ŉ ﬁ'.upper() }} {{ 'ÉCOLE ΟΔΟΣ ΣΑΣ İ'.lower() }} {{ 'ǆ ßx'.title() }} {{ 'ßx Σ'.capitalize() }}
{{ 'abc'.isalpha() }} {{ 'ab1'.isalnum() }} {{ '12'.isdigit() }} {{ ''.isdigit() }} {{ ' '.isspace() }} {{ 'Ab'.islower() }} {{ 'AB1'.isupper() }} {{ '12'.isnumeric() }} {{ '1.5'.isdecimal() }}
{{ 'abc'|upper }} {{ 'ABC'|lower }} {{ 'hello wORLD-foo (bar) [x <y'|title }} {{ 'hELLO'|capitalize }} {{ 123|upper }} {{ none|lower }} {{ ['A']|lower }} {{ 'école ß'|title }}
{{ '  x '|trim }}| {{ 'xxaxx'|trim('x') }} {{ 12|trim }} {{ none|trim }} {{ 'xxaxx'|trim(chars='x') }} {{ [' a']|trim }}
{{ 'abc'|trim(1) }}
{{ words|length }} {{ 'häü😀'|length }} {{ dict|length }} {{ words|count }} {{ ()|length }} {{ range(4)|length }} {{ dict.items()|length }}
{{ 5|length }}
{{ none|length }}
{{ words|map('upper')|length }}
{{ words|first }} {{ words|last }} {{ 'abc'|first }} {{ 'abc'|last }} {{ dict|first }} {{ dict|last }} {{ []|first }}| {{ []|last }}| {{ ([]|first) is defined }} {{ range(5)|last }}
{{ words|map('upper')|first }}
{{ words|map('upper')|last }}
{{ 5|first }}
{{ words|join }} {{ words|join(', ') }} {{ messages|join('; ', attribute='role') }} {{ [1, none, 'a']|join('-') }} {{ 'abc'|join('.') }} {{ dict|join(',') }} {{ [1, 2]|join(d=0) }}
{{ 5|join }}
{{ words|list }} {{ 'abc'|list }} {{ dict|list }} {{ (1, 2)|list }} {{ words|map('upper')|list }}
{{ 42|string + 'x' }} {{ none|string }} {{ [1, 'a']|string }} {{ 1.0|string }} {{ undefined_name|string }}|
{{ '42'|int + 1 }} {{ '42.7'|int }} {{ 'x'|int }} {{ 'x'|int(7) }} {{ 'x'|int(default='d') }} {{ 4.9|int }} {{ -4.9|int }} {{ true|int }} {{ none|int }} {{ ' 12 '|int }} {{ '0x1f'|int(0, 16) }} {{ '1_000'|int }} {{ 'ff'|int(base=16) }} {{ '1e3'|int }} {{ []|int }} {{ 'inf'|int }} {{ 'nan'|int(3) }} {{ '-7'|int }} {{ '+7'|int }}
{{ undefined_name|int }}
{{ '1.5'|float }} {{ 'x'|float }} {{ 'x'|float(2.5) }} {{ 3|float }} {{ ' 1e3 '|float }} {{ none|float }} {{ 'inf'|float }} {{ '-nan'|float }} {{ '1_0.5'|float }} {{ '.5'|float }} {{ '5.'|float }} {{ '1__0'|float }} {{ true|float }}
{{ undefined_name|float }}
{{ -5|abs }} {{ (-5)|abs }} {{ (-1.5)|abs }} {{ true|abs }}
{{ 'x'|abs }}
{{ 42.55|round }} {{ 42.55|round(1) }} {{ 42.5|round }} {{ 43.5|round }} {{ 2.675|round(2) }} {{ 42.55|round(1, 'floor') }} {{ 42.51|round(0, 'ceil') }} {{ 42|round }} {{ 42|round(2) }} {{ 1e300|round }} {{ 7|round(1, 'ceil') }} {{ -0.4|round }}
{{ 42.5|round(1, 'up') }}
{{ 'x'|round }}
{{ words|sort }} {{ words|sort(reverse=true) }} {{ words|sort(case_sensitive=true) }} {{ numbers|sort }} {{ messages|sort(attribute='role')|map(attribute='role')|list }} {{ dict|sort }} {{ 'hello'|sort }} {{ words|sort(true, true) }} {{ numbers|sort(reverse=true) }}
{{ [{'a': 2, 'b': 1}, {'a': 1, 'b': 2}, {'a': 1, 'b': 1}]|sort(attribute='a,b') }} {{ [{'a': 1, 'i': 1}, {'a': 0, 'i': 2}, {'a': 1, 'i': 3}]|sort(attribute='a', reverse=true) }} {{ [[2, 1], [1, 2]]|sort(attribute=1) }} {{ [[2, 1], [1, 2]]|sort(attribute='0') }}
{{ mixed|sort }}
{{ dict|dictsort }} {{ dict|dictsort(true) }} {{ {'a': 2, 'b': 1}|dictsort(by='value') }} {{ {'a': 2, 'b': 1}|dictsort(false, 'key', true) }}
{{ dict|dictsort(by='value') }}
{{ words|dictsort }}
{{ words|unique|list }} {{ words|unique(true)|list }} {{ messages|unique(attribute='role')|map(attribute='role')|list }} {{ [1, true, 1.0, 2]|unique|list }} {{ 'aAbB'|unique|join }}
{{ mixed|unique|list }}
{{ words|min }} {{ words|max }} {{ numbers|min }} {{ numbers|max }} {{ []|max }}| {{ words|max(case_sensitive=true) }} {{ messages|min(attribute='role') }} {{ dict|max }}
{{ [1, 2.5]|sum }} {{ []|sum }} {{ [1, 2]|sum(start=10) }} {{ [{'a': 1}, {'a': 2}]|sum(attribute='a') }} {{ [[1], [2]]|sum(start=[]) }} {{ [true, 2]|sum }}
{{ ['a']|sum }}
{{ ['a']|sum(start='') }}
{{ words|reverse|list }} {{ 'häü'|reverse }} {{ (1, 2)|reverse|list }} {{ dict|reverse|list }} {{ words|map('upper')|reverse }} {{ range(3)|reverse|list }}
{{ 5|reverse }}
{{ messages|map(attribute='role')|list }} {{ messages|map(attribute='n')|list }} {{ messages|map(attribute='n', default=0)|list }} {{ [nested]|map(attribute='a.b.2.c')|list }} {{ words|map('replace', 'a', 'o')|list }} {{ [[1, 2], [3]]|map('length')|list }} {{ words|map('first')|join }} {{ [[1, 2], [3, 4]]|map(attribute=1)|list }} {{ ['1', 'x']|map('int', default=-1)|list }}
{{ words|map('nope')|list }}
{{ words|map|list }}
{{ words|map(attribute='x', other=1)|list }}
{{ 5|map('upper')|list }}
{{ none|map('upper')|list }} {{ 0|map('upper')|list }}
{{ words|select('equalto', 'beta')|list }} {{ numbers|select('gt', 1)|list }} {{ [0, 1, '', 'a', none]|select|list }} {{ numbers|reject('lt', 2)|list }} {{ [0, 1]|reject|list }} {{ range(6)|select('odd')|list }} {{ range(9)|select('divisibleby', 3)|list }} {{ words|select('in', ['beta', 'x'])|list }}
{{ messages|selectattr('role', 'equalto', 'user')|list|length }} {{ messages|selectattr('role', 'eq', 'user')|map(attribute='content')|first }} {{ messages|selectattr('n')|list|length }} {{ messages|rejectattr('role', 'in', ['user', 'system'])|map(attribute='role')|list }} {{ messages|selectattr('n', 'defined')|list|length }} {{ messages|rejectattr('n')|map(attribute='role')|join(',') }} {{ messages|selectattr('role', '==', 'user')|list|last }}
{{ messages|selectattr('role', 'nope')|list }}
{{ messages|selectattr|list }}
{% set g = messages|selectattr('role', 'equalto', 'user') %}{{ g|list|length }} {{ g|list|length }} {{ g is iterable }} {{ g is sequence }} {{ 'y' if g else 'n' }}
{% set g = words|map('upper') %}{{ 'ALPHA' in g }} {{ g|list }}
{{ 'hello world'|replace('o', '0') }} {{ 'hello'|replace('l', 'L', 1) }} {{ 123|replace(2, 'x') }} {{ 'a'|replace('', '-') }} {{ none|replace('N', 'n') }}
{{ 'a'|replace('a') }}
{{ lines|indent }}|{{ lines|indent(2) }}|{{ lines|indent(2, true) }}|{{ lines|indent(2, blank=true) }}|{{ lines|indent('> ', true, true) }}|{{ ''|indent }}|{{ 'a\n'|indent(1) }}|{{ 'a'|indent(width=-3, first=true) }}
{{ 5|indent }}
{{ 'a<b>&"\''|e }} {{ 'a<b'|escape }} {{ 5|e }} {{ none|e }} {{ ('<'|e)|e }} {{ ('<'|e)|forceescape }} {{ ('<'|e) + '<' }} {{ '<' + ('<'|e) }} {{ ('<'|e) ~ '<' }} {{ '<b>'|safe }} {{ ('<b>'|safe) + '<i>' }} {{ ('<b>'|safe)|upper + '<' }} {{ ['<'|e] }} {{ ('<'|e) is escaped }} {{ ('<b>'|safe).replace('b', '<') }} {{ ('a'|safe) * 2 + '<' }} {{ ('%s'|safe) % '<' }} {{ ('<a'|safe)[1:] + '<' }}
{{ 'abc'|center(9) }}| {{ 'abc'|center }}|
{{ 'foo bar baz qux'|truncate(9) }} {{ 'foo bar baz qux'|truncate(9, true) }} {{ 'foo bar baz qux'|truncate(11) }} {{ 'foo bar baz qux'|truncate(11, false, '...', 0) }} {{ 'foobarbaz'|truncate(5, leeway=0) }} {{ 'short'|truncate }} {{ 'foo bar'|truncate(5, end='', leeway=0) }}
{{ 'foo bar'|truncate(2) }}
{{ range(7)|batch(3)|list }} {{ range(7)|batch(3, 'x')|list }} {{ range(7)|slice(3)|list }} {{ range(7)|slice(3, 'x')|list }} {{ []|batch(2)|list }} {{ range(2)|slice(3)|list }}
{{ range(3)|slice(0)|list }}
{{ nested|attr('items') is callable }} {{ nested|attr('a') is defined }} {{ 'x'|attr('upper')() }} {{ words|attr('nope') }}|
{{ dict|tojson }} {{ messages|tojson }}
{{ [1, 1.0, 'a"b\\c\n\t\r\x08\x0c\x01\x7f', none, true, [], {}, (1, 2)]|tojson }} {{ quoted|tojson }} {{ 1e400|tojson }} {{ -1e400|tojson }} {{ {1: 2, none: 3, true: 4, 1.5: 5}|tojson }}
{{ dict|tojson(indent=2) }}
{{ [[], {}, [[1]], {'a': {}}]|tojson(indent=4) }}
{{ dict|tojson(indent=0) }} {{ dict|tojson(indent='--') }} {{ dict|tojson(indent=true) }} {{ [1]|tojson(indent=-2) }} {{ dict|tojson(indent=none) }}
{{ dict|tojson(separators=(',', ':')) }} {{ dict|tojson(sort_keys=true) }} {{ 'é😀'|tojson(ensure_ascii=true) }} {{ 'é😀\x7f'|tojson(true) }} {{ dict|tojson(separators=[' ; ', ' = '], indent=1) }}
{{ {(1, 2): 3}|tojson }}
{{ {1: 2, 'a': 3}|tojson(sort_keys=true) }}
{{ dict.items()|tojson }}
{{ dict|tojson(nope=1) }}
{{ namespace(a=1)|tojson }}
{{ '%s is %d, %5.2f|%-5s|%05d|%x|%%|%r|%c%c' % ('a', 3, pi, 'b', 42, 255, 'q', 65, 'z') }} {{ '%(k)s-%(n)s' % {'k': 1, 'n': 'x'} }} {{ '%s' % 'x' }} {{ '%s' % [1] }} {{ '%+d % d %#x %o' % (1, 2, 255, 8) }} {{ '%.2s|%*d' % ('abc', 5, 42) }} {{ '%e %g %G' % (12345.678, 0.00001, 1e20) }} {{ 'x' % {} }} {{ 'x' % [] }} {{ '%s' % undefined_name }}|
{{ '%s %s' % 'x' }}
{{ '%s' % ('a', 'b') }}
{{ '%d' % 'x' }}
{{ '%z' % 1 }}
{{ 'x' % 1 }}
{{ '%s-%s'|format(1, 'b') }} {{ '%(a)s'|format(a=2) }} {{ 'x'|format }}
{{ '{} {}'.format('a', 1) }} {{ '{1}{0}'.format('a', 'b') }} {{ '{k}'.format(k=[1]) }} {{ '{{}}'.format() }} {{ '{:>5}|{:<5}|{:^5}|{:*^7}'.format('a', 'b', 'c', 'd') }} {{ '{:d} {:5d} {:05d} {:+d} {:x} {:,}'.format(1, 2, 3, 4, 255, 1234567) }} {{ '{:.2f} {:8.3f}|{:e} {:%}'.format(pi, pi, pi, 0.5) }} {{ '{!r} {!s}'.format('a', 'a') }} {{ '{0[a]} {0.z}'.format(dict) }} {{ '{:.2}'.format('abc') }} {{ '{}'.format(none) }}
{{ '{}'.format() }}
{{ '{'.format(1) }}
{{ '}'.format(1) }}
{{ '{} {0}'.format(1) }}
{{ '{nope}'.format(1) }}
{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}
{% for m in messages %}{{ loop.previtem.role }}<{{ m.role }}>{{ loop.nextitem.role if not loop.last }};{% endfor %}
{% for m in messages %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }} {% endfor %}
{% for m in messages %}{{ loop.cycle('a', 'b') }}{{ loop.changed(m.role) }} {% endfor %}
{% for m in messages %}{{ loop.nope }}|{{ loop['index'] }}{% endfor %}
{% for m in messages if m.role == 'user' %}{{ loop.index }}/{{ loop.length }} {{ m.content }}{{ loop.last }}{% endfor %}
{% for m in messages if m.role == 'user' %}{{ loop.index }} {{ m.content }}{% else %}none{% endfor %}
{% for m in messages if m.role == 'nobody' %}x{% else %}none{% endfor %}
{% for m in [] %}x{% else %}none{% endfor %}{% for m in [1] %}x{% else %}none{% endfor %}{% for m in [1, 2] %}{% continue %}{% else %}none{% endfor %}{% for m in [1, 2] %}{% break %}{% else %}none{% endfor %}
{% for k, v in dict.items() %}{{ k }}={{ v }};{% endfor %}{% for k in dict %}{{ k }}{% endfor %}{% for k, v in dict|items %}{{ k }}{% endfor %}{% for c in 'häü' %}{{ c }}.{% endfor %}
{% for a, (b, c) in [(1, (2, 3)), (4, (5, 6))] %}{{ a }}{{ b }}{{ c }} {% endfor %}
{% for a, b in [1, 2] %}x{% endfor %}
{% for a, b in [(1, 2, 3)] %}x{% endfor %}
{% for x in 5 %}x{% endfor %}
{% for x in none %}x{% endfor %}
{% for i in range(5) %}{% if i == 3 %}{% break %}{% endif %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}
{% for i in range(3) %}{% for j in range(3) %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }}{{ loop.index }} {% endfor %}{{ loop.index }};{% endfor %}
{% for i in range(3) %}{% set x %}a{% break %}b{% endset %}{{ x }}{% endfor %}end
{% for i in range(3) %}{% set x %}a{% continue %}b{% endset %}{{ x }}{% endfor %}end
{% set x = 1 %}{% for i in range(3) %}{{ x }}{% set x = x + 1 %}{{ x }} {% endfor %}{{ x }}
{% for i in range(3) %}{% set y = i %}{% endfor %}{{ y is defined }}
{% for i in range(3) %}{{ y is defined }}{% set y = i %}{{ y }}{% endfor %}
{% for i in range(2) %}{% if i == 0 %}{% set y = 'set' %}{% endif %}{{ y }}|{% endfor %}
{% if no %}{% set y = 1 %}{% endif %}{{ y is defined }} {{ name }}{% if no %}{% set name = 'x' %}{% endif %}{{ name }}
{% if yes %}{% set name = 'x' %}{% endif %}{{ name }}
{% if yes %}{% set w = 1 %}{% elif no %}{% set w = 2 %}{% else %}{% set w = 3 %}{% endif %}{{ w }}
{% set x = 1 %}{% if yes %}{% for i in [1] %}{% set x = 5 %}{{ x }}{% endfor %}{% endif %}{{ x }}
{% set ns = namespace(found=false, n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% if i == 2 %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.n }} {{ ns.found }} {{ ns.nope is defined }} {{ ns['n'] }} {{ ns }}
{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}{% set ns.c %}x{{ ns.a }}{% endset %}{{ ns.c }}
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns.items is defined }}{{ ns is mapping }}{{ ns is iterable }}
{% set name.x = 1 %}
{% set dict.x = 1 %}
{% set ns = namespace(_x=1) %}
{% set ns = namespace() %}{% set ns._x = 1 %}
{% set ns = namespace(a=1) %}{{ ns|length }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set a, b = b, a %}{{ a }}{{ b }}{% set (c, d) = 'xy' %}{{ c }}{{ d }}{% set e = 1, %}{{ e }}
{% set a, b = 1 %}
{% set a, b = [1, 2, 3] %}
{% set x %}block {{ name }}{% endset %}[{{ x }}] {% set y | upper | replace('B', '8') %}b {{ name }}{% endset %}[{{ y }}]
{% set x %}{% set inner = 'i' %}{{ inner }}{% endset %}{{ x }}{{ inner is defined }}
{% macro m(a, b='B', c=a) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(1, c=3) }}{{ m(b=2, a=1) }}{{ m() }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}
{% macro m(a) %}{{ a.x }}{% endmacro %}{{ m() }}
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}{{ m() }}
{% macro m(a) %}{% if a > 0 %}{{ a }}{{ m(a - 1) }}{% endif %}{% endmacro %}{{ m(5) }}
{% macro m(a) %}{{ m(a) }}{% endmacro %}{{ m(1) }}
{% macro m() %}{{ x }}{% endmacro %}{% set x = 'later' %}{{ m() }}{% set x = 'last' %}{{ m() }}
{% macro m() %}{% set x = 'inner' %}{{ x }}{% endmacro %}{% set x = 'outer' %}{{ m() }}{{ x }}
{% macro m() %}{{ loop is defined }}{{ i is defined }}{% endmacro %}{% for i in [1] %}{{ m() }}{{ loop.index }}{% endfor %}
{% for i in range(2) %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}{{ m is defined }}
{% macro a(x) %}{% macro b(y) %}{{ x }}{{ y }}{{ name }}{% endmacro %}{{ b(2) }}{{ b(3) }}{% endmacro %}{{ a(1) }}
{% macro m() %} a {%- if yes %} b {% endif -%} c {% endmacro %}[{{ m() }}]{{ m()|length }}{{ m() is string }}
{% macro m() %}{% for i in range(2) %}{{ i }}{% endfor %}{% endmacro %}{% for i in range(2) %}{{ m() }}{{ i }}{% endfor %}
{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}x{{ name }}{% endcall %}
{% macro m(l) %}{% for i in l %}<{{ caller(i) }}>{% endfor %}{% endmacro %}{% call(j) m([1, 2]) %}{{ j * 2 }}{{ name }}{% endcall %}
{% macro m() %}{{ caller is defined }}{% if caller %}{{ caller() }}{% endif %}{% endmacro %}{{ m() }}
{% set f = raise_exception %}{{ f is callable }}{{ range is callable }}{{ name.upper is callable }}{{ name is callable }}
{% set up = name.upper %}{{ up() }}
{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(5, **{'b': 6}) }}{{ m(*[7], b=8) }}
{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(1, *[2, 3]) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(a=1, **{'a': 2}) }}
{{ dict(a=1, b=[2]) }}
{% set d = {'a': 1} %}{{ d.a }}
{% filter upper %}abc {{ name }}{% endfilter %} {% filter replace('b', 'x') | upper %}abc{% endfilter %}
{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q is defined }}{% with a = 1, b = name %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}{% with name = 'w' %}{{ name }}{% endwith %}{{ name }}
{% generation %}gen {{ name }}{% set inside = 1 %}{% endgeneration %}{{ inside is defined }}
{% for m in messages %}{% generation %}{{ m.role }}{{ loop.index }}{% endgeneration %}{% endfor %}
{% print name, 1, 'x' %}
{{ raise_exception('stop') }}
{% if messages|length > 100 %}{{ raise_exception('stop') }}{% endif %}fine
{{ strftime_now('%d %b %Y') }} {{ strftime_now('%Y-%m-%d %H:%M:%S %A %B %a %p %I %j %y %w %U %W %u %e %-d %F %T %D %R %% %f|%z|%Z|') }} {{ strftime_now('%c / %x / %X') }} {{ strftime_now is defined }}
{{ none is none }} {{ none is not none }} {{ zero is none }} {{ name is string }} {{ 1 is number }} {{ true is number }} {{ 1.5 is float }} {{ true is integer }} {{ 1 is integer }} {{ true is boolean }} {{ 1 is boolean }} {{ true is true }} {{ 1 is true }} {{ false is false }}
{{ dict is mapping }} {{ words is mapping }} {{ words is sequence }} {{ name is sequence }} {{ dict is sequence }} {{ 5 is sequence }} {{ words is iterable }} {{ name is iterable }} {{ 5 is iterable }} {{ none is iterable }} {{ undefined_name is iterable }} {{ undefined_name is sequence }} {{ undefined_name is mapping }} {{ dict.items() is sequence }} {{ dict.items() is iterable }} {{ range(3) is sequence }}
{{ 3 is odd }} {{ 3 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 1 is eq 1 }} {{ 1 is equalto(2) }} {{ 1 is ne 2 }} {{ 1 is lt 2 }} {{ 2 is ge 2 }} {{ 'a' is in 'abc' }} {{ 1 is in [2] }} {{ 2 is gt 1 }} {{ 1 is sameas true }} {{ none is sameas none }} {{ 'abc' is lower }} {{ 'ABC' is upper }} {{ 'Abc' is lower }}
{{ 'upper' is filter }} {{ 'nope' is filter }} {{ 'odd' is test }} {{ 'nope' is test }} {{ undefined_name is callable }}
{{ name is defined and name }} {{ name is not defined or 'x' }} {{ name is defined if yes }} {{ not name is defined }} {{ 1 if name is string else 2 }}
{{ 'x' is odd }}
{{ 1 is divisibleby 0 }}
{{ 1 is divisibleby }}
  {% if yes %}
    indented
  {% endif %}
a
{% if yes %}
b
{% endif %}
c
a {%- if yes -%} b {%- endif -%} c
a {%+ if yes %} b {% endif +%}
c
  {%- for x in [1, 2] -%}
    {{ x }}
  {%- endfor %}
{{- name -}}   x   {{- name }}
a  {# comment #}  b {#- c -#} d
{# multi
line #}
after
{% raw %}{{ raw }} {% if %}{% endraw %} x {%- raw -%}  y  {%- endraw -%}  z
{% raw %}
  lines
{% endraw %}
end
{%if yes%}tight{%endif%}{{name}}{{-1}}{{+1}}{{ -1 }}
{% set x = 1 -%}
   text
{{ '{{' }}{{ '%}' }}{{ '}}' }}{{ {'a': {'b': 1}}['a']['b'] }}{{ {'a':{'b':2}}.a.b}}
{% if name == 'Ada' and (words|length > 2 or not yes) and messages[0]['role'] == 'system' %}ok{% endif %}
{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ 'bad' }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}
{% if zero %}{{ 'x'|no_such_filter }}{% endif %}fine
{{ 'x'|no_such_filter if zero else 'fine' }}
{% if one %}{{ 'x'|no_such_filter }}{% endif %}
{{ 'x'|no_such_filter }}
{{ 'x' is no_such_test }}
{{ 1 +
   2 }}
{{ unclosed
{% if yes %}x
{% endif %}
{% nosuchtag %}
{{ 'unclosed }}
{{ (1, 2 }}
{{ ] }}
{{ 1 2 }}
{{ }}
{{ a b }}
{% for x words %}{% endfor %}
{% set 1 = 2 %}
{% set true = 2 %}
{% for loop in [1] %}{{ loop }}{% endfor %}
{{ name is is }}
{{ name is string is string }}
{{ f(a=1, 2) }}
{{ f(a=1, a=2) }}
{% macro m(a=1, b) %}{% endmacro %}
{% break %}
{% macro m() %}{% break %}{% endmacro %}
{# unclosed
{% raw %} unclosed
{{ name! }}
{{ 'a' @ 'b' }}
{% endfor %}
{% else %}
{% if %}x{% endif %}
{% with a %}{% endwith %}
""".strip("\n").split("\n")


# Templates of several lines: white space around tags.
LAYOUTS = [
    "  {% if yes %}\n    indented\n  {% endif %}\nend\n",
    "a\n{% if yes %}\nb\n{% endif %}\nc\n\n",
    "a {%- if yes -%} b {%- endif -%} c",
    "a {%+ if yes %} b {% endif +%}\nc",
    "  {%- for x in [1, 2] -%}\n    {{ x }}\n  {%- endfor %}\n",
    "x\n  {{- name -}}  \n y",
    "x\n  {# comment #}\n  y {#- c -#} \n z {#+ d +#}\nq",
    "{# multi\nline #}\n\nafter",
    "{% raw %}\n  {{ lines }}\n{% endraw %}\nend",
    "  {% raw -%}\n  {{ lines }}\n  {%- endraw %}  \nend",
    "\n\n{% set x = 1 %}\n\n{{ x }}\n\n",
    "\r\na\r\n{% if yes %}\r\nb\r{% endif %}\rc\r\n",
    "\u3000{% if yes %}\u3000x\u2003{%- endif %}\u00a0{{- name }}",
    "{{ name }}\n",
    "{{ name }}\n\n",
    "\n",
    "",
    "   {{ name }}   {% if yes %}   x   {% endif %}   ",
    "\t{% if yes %}\tx\n\t{% endif %}\ty",
    "{% for m in messages %}\n{{ m.role }}\n{% if not loop.last %}\n,\n{% endif %}\n{% endfor %}\n",
    "{%\n  if yes\n%}\nx\n{%\n  endif\n-%}\n  y",
    "{{ name\n}} {{\nname }}\n  {{ name }}\n",
    "a{##}\nb{# #}\n\nc",
    "a\n   {% set x %}\n  block\n   {% endset %}\n[{{ x }}]",
    "{%- macro m(a) -%}\n  {%- if a -%}\n    yes\n  {%- else -%}\n    no\n  {%- endif -%}\n{%- endmacro -%}\n[{{ m(1) }}][{{ m(0) }}]",
    "{% if yes %}\n\n  x\n\n{% endif %}\n\n{% if no %}y{% endif %}\n",
    "{{ 'a\nb' }}\n{{ \"c\\\nd\" }}",
    "}} %} #} { { % {} {",
    "{ {% if yes %}{{ '{' }}{% endif %} }",
    "{{{'a': 1}.a}} {{ {'a': 1}['a']}}",
]


# Conversations and other variables for whole templates.

TOOLS = [
    {"type": "function", "function": {
        "name": "get_weather",
        "description": "Get the weather.\nFor a city.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "The city, e.g. Z\u00fcrich"},
                "unit": {"type": "string", "enum": ["c", "f"], "default": "c"},
                "days": {"type": "integer"},
                "options": {"type": "object", "required": ["deep"],
                            "properties": {"deep": {"type": ["string", "null"], "nullable": True}}},
                "tags": {"type": "array", "items": {"type": "string"}},
                "any": {"oneOf": [{"type": "string", "description": "s"}, {"type": "number", "default": 1.5}]},
                "flag": {"type": "boolean", "description": "A <flag> & \"more\""},
            },
            "required": ["city"],
        },
        "return": {"type": "string", "description": "text"},
    }},
    {"type": "function", "function": {
        "name": "add",
        "description": "",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "number", "description": "first"},
                           "b": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}},
            "required": ["a", "b"],
        },
    }},
]

WEATHER = {"id": "abcdef123", "type": "function", "function": {
    "name": "get_weather",
    "arguments": {"city": "Paris, \u00fcn\u00ef", "days": 3, "flag": True, "options": {"deep": None},
                  "tags": ["a", "b"], "x": 1.5}}}
ADD = {"id": "call_2xyz", "type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": [[1, 2], []]}}}
AS_TEXT = {"id": "abcdef123", "type": "function", "function": {
    "name": "get_weather", "arguments": "{\"city\": \"Paris\"}"}}


def user(content):
    return {"role": "user", "content": content}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


def system(content):
    return {"role": "system", "content": content}


def tool(content, **more):
    return {"role": "tool", "content": content, **more}


CONVERSATIONS = {
    "one turn": [user("Hello, how are you?")],
    "white space": [system("  You are a helpful\n assistant. \n"), user("  Hi <b>there</b> & 'you' \"q\"\n"),
                    assistant("\n\n  Fine, thanks!  \n"), user("Bye\t")],
    "no system": [user("One"), assistant("Two"), user("Three"), assistant("Four"), user("Five")],
    "scripts": [system("Be brief."), user("Was ist das? \u4e2d\u6587 \U0001f600 \u00e9"), assistant("Ja."),
                user("Und?")],
    "thinking": [user("2+2?"), assistant("<think>\nhmm, 4\n</think>\n\n4"), user("3+3?"),
                 assistant("<think>six</think>6"), user("ok")],
    "reasoning": [user("2+2?"), assistant("4", reasoning_content="It is four."), user("3+3?"),
                  assistant("6", reasoning_content="Six\n", thinking="Six\n"), user("x")],
    "parts": [system([{"type": "text", "text": "System part"}]),
              user([{"type": "text", "text": "look"}, {"type": "image"}, {"type": "text", "text": " more "}]),
              assistant([{"type": "text", "text": "seen"}]), user("ok")],
    "tools": [system("Use tools."), user("Weather?"), assistant("", tool_calls=[WEATHER]),
              tool("{\"t\": 20}", tool_call_id="abcdef123", name="get_weather"), assistant("20 degrees."),
              user("Add"), assistant("Let me.", tool_calls=[WEATHER, ADD]),
              tool("sunny", tool_call_id="abcdef123", name="get_weather"),
              tool("3", tool_call_id="call_2xyz", name="add"), assistant("done")],
    "arguments as text": [user("Weather?"), assistant(None, tool_calls=[AS_TEXT]),
                          tool("20", tool_call_id="abcdef123", name="get_weather")],
    "tools and reasoning": [user("Weather?"), assistant("", reasoning_content="call it", tool_calls=[WEATHER]),
                            tool({"t": 20}, tool_call_id="abcdef123", name="get_weather"),
                            assistant("final", reasoning_content="done"), user("thanks")],
    "bad order": [assistant("I start"), user("no"), user("twice")],
    "developer": [{"role": "developer", "content": "Rules"}, user("hello"), assistant("hi")],
    "empty": [],
    "unknown role": [{"role": "critic", "content": "huh"}],
    "answered": [user("a"), assistant("b")],
}

SETTINGS = [
    {"add_generation_prompt": True},
    {"add_generation_prompt": True, "tools": TOOLS},
    {},
    {"add_generation_prompt": True, "tools": TOOLS, "enable_thinking": False},
    {"add_generation_prompt": True, "enable_thinking": True, "thinking": True, "date_string": "26 Jul 2024",
     "reasoning_effort": "high",
     "documents": [{"title": "T1", "text": "Text one"}, {"title": "T2", "text": "zwei"}]},
    {"add_generation_prompt": True, "tools": TOOLS, "custom_tools": TOOLS, "tools_in_user_message": False,
     "builtin_tools": ["browser", "python"]},
]
